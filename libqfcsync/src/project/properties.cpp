#include "project/properties.hpp"

#include "base/text.hpp"
#include "project/document.hpp"

#include <cstdlib>
#include <cstring>

namespace qfcsync::project {
namespace {

using nlohmann::json;

json number_or_text(const std::string& text, bool is_integer) {
  const char* begin = text.c_str();
  char* end = nullptr;
  const json value =
      is_integer ? json(std::strtoll(begin, &end, 10)) : json(std::strtod(begin, &end));
  return end == begin || *end != '\0' ? json(text) : value;
}

json option_value(pugi::xml_node option) {
  const std::string type = option.attribute("type").value();
  const std::string value = option.attribute("value").value();
  if (type == "invalid") return nullptr;
  if (type == "bool") return value == "true" || value == "1";
  if (type == "int" || type == "uint" || type == "qlonglong" || type == "qulonglong") {
    return number_or_text(value, true);
  }
  if (type == "double") return number_or_text(value, false);
  if (type != "List" && type != "StringList" && type != "QStringList") return value;
  json list = json::array();
  for (const pugi::xml_node item : option.children("Option")) list.push_back(option_value(item));
  return list;
}

// Before QGIS 3.18: <property key="name" value="v"/>, lists with <value> children.
json old_value(pugi::xml_node property) {
  if (property.attribute("value")) return property.attribute("value").value();
  json list = json::array();
  for (const pugi::xml_node item : property.children("value")) list.push_back(item.text().get());
  return list;
}

pugi::xml_node find_option(pugi::xml_node layer, const std::string& name) {
  return layer.child("customproperties")
      .child("Option")
      .find_child_by_attribute("Option", "name", name.c_str());
}

pugi::xml_node find_old(pugi::xml_node layer, const std::string& name) {
  return layer.child("customproperties").find_child_by_attribute("property", "key", name.c_str());
}

}  // namespace

ProjectProperties::ProjectProperties(pugi::xml_node root) : root_(root) {
  properties_ = root.child("properties");
  is_named_ = !properties_.attribute("name").empty() || properties_.child("properties");
}

pugi::xml_node ProjectProperties::child(pugi::xml_node parent, const char* name) const {
  return is_named_ ? parent.find_child_by_attribute("properties", "name", name)
                   : parent.child(name);
}

pugi::xml_node ProjectProperties::make_child(pugi::xml_node parent, const char* name) const {
  pugi::xml_node made = child(parent, name);
  if (made) return made;
  made = parent.append_child(is_named_ ? "properties" : name);
  if (is_named_) made.append_attribute("name").set_value(name);
  return made;
}

pugi::xml_node ProjectProperties::find(const char* scope, const char* key) const {
  return child(child(properties_, scope), key);
}

std::optional<std::string> ProjectProperties::text(const char* scope, const char* key) const {
  const pugi::xml_node node = find(scope, key);
  return node ? std::optional<std::string>(node.text().get()) : std::nullopt;
}

std::optional<std::vector<std::string>> ProjectProperties::list(const char* scope,
                                                                const char* key) const {
  const pugi::xml_node node = find(scope, key);
  if (!node) return std::nullopt;
  std::vector<std::string> values;
  for (const pugi::xml_node value : node.children("value")) values.emplace_back(value.text().get());
  return values;
}

bool ProjectProperties::flag(const char* scope, const char* key) const {
  const std::string value = text(scope, key).value_or("");
  return value == "1" || base::same_name(value, "true");
}

int ProjectProperties::number(const char* scope, const char* key, int fallback) const {
  const pugi::xml_node node = find(scope, key);
  return node ? node.text().as_int(fallback) : fallback;
}

void ProjectProperties::set_text(const char* scope, const char* key, const std::string& value) {
  if (!properties_) {
    properties_ = root_.append_child("properties");
  }
  pugi::xml_node node = make_child(make_child(properties_, scope), key);
  set_attribute(node, "type", "QString");
  node.remove_children();
  node.text().set(value.c_str());
}

json layer_property(pugi::xml_node layer, const std::string& name) {
  if (const pugi::xml_node option = find_option(layer, name)) return option_value(option);
  if (const pugi::xml_node property = find_old(layer, name)) return old_value(property);
  return nullptr;
}

std::string layer_property_text(pugi::xml_node layer, const std::string& name) {
  if (const pugi::xml_node option = find_option(layer, name)) {
    return std::strcmp(option.attribute("type").value(), "invalid") == 0
               ? std::string()
               : option.attribute("value").value();
  }
  return find_old(layer, name).attribute("value").value();
}

void set_layer_property(pugi::xml_node layer, const std::string& name, const std::string& value,
                        const char* type) {
  pugi::xml_node properties = ensure_child(layer, "customproperties");
  if (properties.child("property")) {
    pugi::xml_node property = find_old(layer, name);
    if (!property) property = properties.append_child("property");
    property.remove_children();
    set_attribute(property, "key", name);
    set_attribute(property, "value", value);
    return;
  }
  pugi::xml_node map = ensure_child(properties, "Option");
  set_attribute(map, "type", "Map");
  pugi::xml_node option = find_option(layer, name);
  if (!option) option = map.append_child("Option");
  option.remove_children();
  set_attribute(option, "name", name);
  set_attribute(option, "type", type);
  set_attribute(option, "value", value);
}

}  // namespace qfcsync::project
