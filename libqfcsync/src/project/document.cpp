#include "project/document.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "base/text.hpp"
#include "project/archive.hpp"
#include "project/paths.hpp"

#include <cctype>
#include <sstream>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kParseFlags = pugi::parse_full | pugi::parse_ws_pcdata;

std::string lower_extension(const fs::path& name) {
  return base::lower_case(name.extension().string());
}

// Editing removes nodes recursively; a document must not be able to exhaust the stack.
void refuse_depth(pugi::xml_node top) {
  int depth = 0;
  for (pugi::xml_node node = top; node;) {
    if (node.first_child()) {
      node = node.first_child();
      if (++depth > kMaxXmlDepth) {
        throw Error(ErrorCode::LimitExceeded,
                    fmt::format("the project nests elements deeper than {}", kMaxXmlDepth));
      }
      continue;
    }
    while (node != top && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == top) return;
    node = node.next_sibling();
  }
}

void require_qgis_root(pugi::xml_node root) {
  if (std::string_view(root.name()) != "qgis") {
    throw Error(ErrorCode::Corrupt, fmt::format("not a QGIS project: the root element is <{}>, not "
                                                "<qgis>",
                                                root.name()));
  }
  if (version_of(root).empty()) {
    throw Error(ErrorCode::Corrupt,
                "not a QGIS project: <qgis> has no attribute version that starts with x.y.z");
  }
}

// The head of a document cannot be well-formed; it is enough that the root's start tag is.
std::string probe_head(std::string head) {
  pugi::xml_document xml;
  const pugi::xml_parse_result result =
      xml.load_buffer_inplace(head.data(), head.size(), pugi::parse_minimal | pugi::parse_escapes);
  const pugi::xml_node root = xml.document_element();
  const bool has_start_tag =
      result || root.first_child() || result.status == pugi::status_end_element_mismatch;
  if (!root || !has_start_tag) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("not XML: {} (byte {})", result.description(), result.offset),
                ErrorOrigin::Xml, result.status);
  }
  require_qgis_root(root);
  return version_of(root);
}

std::string read_head(const fs::path& file, std::size_t bytes) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return read_file(file, 0);  // which knows how to say it
  if (size <= bytes) return read_file(file, bytes);
  std::string head(bytes, '\0');
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rb"),
                                                         std::fclose);
  if (stream == nullptr) throw_errno(fmt::format("cannot open {}", file.string()));
  head.resize(std::fread(head.data(), 1, head.size(), stream.get()));
  return head;
}

void require_project_size(const fs::path& file) {
  std::error_code ignored;
  const auto size = fs::file_size(file, ignored);
  if (!ignored && size > kMaxProjectXmlBytes) {
    throw Error(
        ErrorCode::LimitExceeded,
        fmt::format("{} is larger than {} bytes", file.filename().string(), kMaxProjectXmlBytes));
  }
}

}  // namespace

void parse_document(std::string text, ProjectDocument& document) {
  document.text = std::move(text);
  const pugi::xml_parse_result result =
      document.xml.load_buffer_inplace(document.text.data(), document.text.size(), kParseFlags);
  if (!result) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("the project is not well-formed XML: {} (byte {})",
                            result.description(), result.offset),
                ErrorOrigin::Xml, result.status);
  }
  require_qgis_root(document.root());
  refuse_depth(document.xml);
}

std::string read_project_text(const fs::path& content, std::string_view name) {
  const fs::path path(name);
  const std::string extension = lower_extension(path);
  if (extension == ".qgs") return read_file(content, kMaxProjectXmlBytes);
  if (extension == ".qgz") {
    return read_archived_project(content, path.stem().string(), kMaxProjectXmlBytes);
  }
  throw Error(ErrorCode::Corrupt,
              fmt::format("{} is no project file: .qgs or .qgz expected", name));
}

std::string serialize(const pugi::xml_document& xml) {
  std::ostringstream out;
  xml.save(out, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  return std::move(out).str();
}

std::string version_of(pugi::xml_node root) {
  const std::string text = root.attribute("version").value();
  std::size_t at = 0;
  for (int part = 0; part < 3; ++part) {
    const std::size_t start = at;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) ++at;
    if (at == start || at - start > 6) return {};
    if (part < 2 && (at == text.size() || text[at++] != '.')) return {};
  }
  return text.substr(0, at);
}

std::string child_text(pugi::xml_node node, const char* name) {
  return node.child(name).text().get();
}

pugi::xml_node next_node(pugi::xml_node node, pugi::xml_node top) {
  if (node.first_child()) return node.first_child();
  while (node != top && !node.next_sibling()) node = node.parent();
  return node == top ? pugi::xml_node() : node.next_sibling();
}

pugi::xml_node ensure_child(pugi::xml_node node, const char* name) {
  const pugi::xml_node child = node.child(name);
  return child ? child : node.append_child(name);
}

void set_attribute(pugi::xml_node node, const char* name, const std::string& value) {
  pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) attribute = node.append_attribute(name);
  attribute.set_value(value.c_str());
}

}  // namespace qfcsync::project

namespace qfcsync {

std::string probe_project_file(const std::filesystem::path& content, std::string_view name) {
  namespace fs = std::filesystem;
  // Root start tags are a few hundred bytes; comments and DOCTYPE may come before.
  constexpr std::size_t kHeadBytes = 1u << 20;
  const fs::path path(name);
  const std::string extension = project::lower_extension(path);
  if (extension == ".qgs") {
    project::require_project_size(content);
    return project::probe_head(project::read_head(content, kHeadBytes));
  }
  if (extension == ".qgz") {
    return project::probe_head(
        project::read_archived_project_head(content, path.stem().string(), kHeadBytes));
  }
  throw Error(ErrorCode::Corrupt,
              fmt::format("{} is no project file: .qgs or .qgz expected", name));
}

}  // namespace qfcsync
