#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <pugixml.hpp>

namespace qfcsync::project {

/// The entries of `<properties>`, in the syntax of QGIS 3 (an element per key) or of QGIS 4 (nested
/// `properties` with names). Scopes and keys are case-sensitive.
class ProjectProperties {
 public:
  /// @param root  the element `qgis`
  explicit ProjectProperties(pugi::xml_node root);

  std::optional<std::string> text(const char* scope, const char* key) const;
  std::optional<std::vector<std::string>> list(const char* scope, const char* key) const;
  /// Reads 0, 1, true and false whatever the declared type is.
  bool flag(const char* scope, const char* key) const;
  int number(const char* scope, const char* key, int fallback) const;

  /// Sets a text, in the syntax the document uses.
  void set_text(const char* scope, const char* key, const std::string& value);

 private:
  pugi::xml_node find(const char* scope, const char* key) const;
  pugi::xml_node child(pugi::xml_node parent, const char* name) const;
  pugi::xml_node make_child(pugi::xml_node parent, const char* name) const;

  pugi::xml_node root_;
  pugi::xml_node properties_;
  bool is_named_ = false;  // QGIS 4
};

/// A custom property of a layer with the type it is stored with; null when missing or invalid.
nlohmann::json layer_property(pugi::xml_node layer, const std::string& name);

/// The same as text; "" when missing. Lists give "".
std::string layer_property_text(pugi::xml_node layer, const std::string& name);

/// Sets a custom property in the syntax the layer uses.
///
/// @param type  Qt's name, e.g. "QString" or "bool"
void set_layer_property(pugi::xml_node layer, const std::string& name, const std::string& value,
                        const char* type = "QString");

}  // namespace qfcsync::project
