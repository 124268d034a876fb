#include "project/package_symbols.hpp"

#include <cstring>
#include <string_view>
#include <vector>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
    };
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (const int shift : {18, 12, 6, 0}) text += kDigits[(group >> shift) & 63];
  }
  const std::size_t padding = (3 - bytes.size() % 3) % 3;
  text.replace(text.size() - padding, padding, padding, '=');
  return text;
}

const char* path_option(pugi::xml_node symbol_layer) {
  const char* type = symbol_layer.attribute("class").value();
  if (std::strcmp(type, "SvgMarker") == 0) return "name";
  if (std::strcmp(type, "RasterMarker") == 0) return "imageFile";
  return nullptr;
}

// <Option name="…" value="path"/> since QGIS 3.18, <prop k="…" v="path"/> before; both in some
// files.
std::vector<pugi::xml_attribute> path_attributes(pugi::xml_node symbol_layer) {
  std::vector<pugi::xml_attribute> attributes;
  const char* name = path_option(symbol_layer);
  if (name == nullptr) return attributes;
  const pugi::xml_node option =
      symbol_layer.child("Option").find_child_by_attribute("Option", "name", name);
  const pugi::xml_node prop = symbol_layer.find_child_by_attribute("prop", "k", name);
  if (option) attributes.push_back(option.attribute("value"));
  if (prop) attributes.push_back(prop.attribute("v"));
  return attributes;
}

void rewrite_path(pugi::xml_attribute attribute, const ProjectFolder& folder,
                  const fs::path& package) {
  const std::string text = attribute.value();
  if (text.empty() || text.rfind("base64:", 0) == 0) return;
  const fs::path file = folder.resolve(text);
  std::error_code error;
  if (file.empty() || !fs::is_regular_file(file, error)) return;
  const std::string relative = file.lexically_relative(folder.folder()).generic_string();
  if (relative.rfind("..", 0) != 0 && fs::is_regular_file(package / relative, error)) {
    attribute.set_value(("./" + relative).c_str());
  } else if (fs::file_size(file, error) <= kMaxEmbeddedSymbolBytes && !error) {
    attribute.set_value(("base64:" + base64(read_file(file, kMaxEmbeddedSymbolBytes))).c_str());
  }
}

}  // namespace

void rewrite_symbols(pugi::xml_node layer, const ProjectFolder& folder, const fs::path& package) {
  if (std::strcmp(layer.attribute("geometry").value(), "Point") != 0) return;
  for (const pugi::xml_node symbol :
       layer.child("renderer-v2").child("symbols").children("symbol")) {
    for (const pugi::xml_node symbol_layer : symbol.children("layer")) {
      for (const pugi::xml_attribute attribute : path_attributes(symbol_layer)) {
        rewrite_path(attribute, folder, package);
      }
    }
  }
}

}  // namespace qfcsync::project
