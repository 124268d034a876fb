#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace qfcsync::project {

/// Deepest nesting of elements in a project document; real ones stay below 40.
inline constexpr int kMaxXmlDepth = 512;

/// The XML of a project as it is, to be read and edited in place. Unknown content survives.
struct ProjectDocument {
  std::string text;  ///< the tree points into it
  pugi::xml_document xml;

  pugi::xml_node root() const { return xml.document_element(); }
};

/// Parses the document of a project. Entities other than those of XML itself are left as text.
///
/// @errors Corrupt: not well-formed, not a QGIS project; LimitExceeded: nested too deeply
void parse_document(std::string text, ProjectDocument& document);

/// Reads a .qgs or .qgz, told apart by the name's extension.
///
/// @errors as parse_document; NotFound, Io, LimitExceeded
std::string read_project_text(const std::filesystem::path& content, std::string_view name);

/// The document as text, UTF-8, as it was but for what was edited.
std::string serialize(const pugi::xml_document& xml);

/// "x.y.z" at the start of a root element's version.
///
/// @return "" when there is none
std::string version_of(pugi::xml_node root);

/// Text of a child element, "" if missing.
std::string child_text(pugi::xml_node node, const char* name);

/// The first node after `node` in document order, within `top`.
pugi::xml_node next_node(pugi::xml_node node, pugi::xml_node top);

/// The first child element of that name, appended when missing.
pugi::xml_node ensure_child(pugi::xml_node node, const char* name);

/// Sets an attribute, adding it when missing.
void set_attribute(pugi::xml_node node, const char* name, const std::string& value);

}  // namespace qfcsync::project
