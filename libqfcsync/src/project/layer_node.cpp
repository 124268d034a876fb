#include "project/layer_node.hpp"

#include "project/document.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace qfcsync::project {
namespace {

struct TypeName {
  const char* stored;
  LayerType type;
  const char* shown;
};

constexpr std::array<TypeName, 9> kTypes = {{{"vector", LayerType::Vector, "Vector"},
                                             {"raster", LayerType::Raster, "Raster"},
                                             {"plugin", LayerType::Plugin, "Plugin"},
                                             {"mesh", LayerType::Mesh, "Mesh"},
                                             {"vector-tile", LayerType::VectorTile, "VectorTile"},
                                             {"annotation", LayerType::Annotation, "Annotation"},
                                             {"point-cloud", LayerType::PointCloud, "PointCloud"},
                                             {"group", LayerType::Group, "Group"},
                                             {"tiled-scene", LayerType::TiledScene, "TiledScene"}}};

// Position is the code of the flat type.
constexpr std::array<std::string_view, 18> kFlatNames = {"Unknown",
                                                         "Point",
                                                         "LineString",
                                                         "Polygon",
                                                         "MultiPoint",
                                                         "MultiLineString",
                                                         "MultiPolygon",
                                                         "GeometryCollection",
                                                         "CircularString",
                                                         "CompoundCurve",
                                                         "CurvePolygon",
                                                         "MultiCurve",
                                                         "MultiSurface",
                                                         "Curve",
                                                         "Surface",
                                                         "PolyhedralSurface",
                                                         "TIN",
                                                         "Triangle"};
constexpr int kNoGeometry = 100;
constexpr std::array<std::pair<std::string_view, int>, 3> kDimensions = {
    {{"ZM", 3000}, {"Z", 1000}, {"M", 2000}}};

LayerType layer_type(std::string_view stored) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const TypeName& entry) { return stored == entry.stored; });
  return found == kTypes.end() ? LayerType::Plugin : found->type;
}

int flat_code(std::string_view name) {
  const auto found = std::find(kFlatNames.begin(), kFlatNames.end(), name);
  return found == kFlatNames.end() ? -1 : static_cast<int>(found - kFlatNames.begin());
}

}  // namespace

const char* to_string(LayerType type) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const TypeName& entry) { return type == entry.type; });
  return found->shown;
}

LayerNode read_layer(pugi::xml_node node) {
  LayerNode layer;
  layer.node = node;
  layer.is_embedded = node.attribute("embedded").as_bool();
  layer.id = layer.is_embedded ? node.attribute("id").value() : child_text(node, "id");
  layer.name = layer.is_embedded ? layer.id : child_text(node, "layername");
  layer.type = layer.is_embedded ? LayerType::Plugin : layer_type(node.attribute("type").value());
  layer.is_read_only = node.attribute("readOnly").as_bool();
  const pugi::xml_node srs = node.child("srs").child("spatialrefsys");
  layer.authority = child_text(srs, "authid");
  layer.wkt = child_text(srs, "wkt");
  layer.wkb_name = node.attribute("wkbType").value();
  layer.geometry = node.attribute("geometry").value();
  layer.source = parse_data_source(child_text(node, "provider"), child_text(node, "datasource"));
  return layer;
}

std::vector<LayerNode> read_layers(pugi::xml_node root) {
  std::vector<LayerNode> layers;
  for (const pugi::xml_node node : root.child("projectlayers").children("maplayer")) {
    layers.push_back(read_layer(node));
  }
  return layers;
}

int wkb_code(const std::string& name) {
  if (name == "NoGeometry") return kNoGeometry;
  if (const int code = flat_code(name); code >= 0) return code;
  for (const auto& [suffix, offset] : kDimensions) {
    std::string_view stem = name;
    if (stem.size() <= suffix.size() || stem.substr(stem.size() - suffix.size()) != suffix)
      continue;
    stem.remove_suffix(suffix.size());
    if (const int code = flat_code(stem); code > 0) return code + offset;
  }
  // Names of the time before ISO codes, e.g. "Point25D".
  if (name.size() > 3 && name.substr(name.size() - 3) == "25D") {
    const int code = flat_code(std::string_view(name).substr(0, name.size() - 3));
    return code > 0 ? code + 1000 : -1;
  }
  return -1;
}

std::string wkb_name(int code) {
  if (code == kNoGeometry) return "NoGeometry";
  if (code < 0) return {};
  const auto flat = static_cast<std::size_t>(code % 1000);
  if (flat >= kFlatNames.size() || code >= 4000) return {};
  std::string name(kFlatNames[flat]);
  for (const auto& [suffix, offset] : kDimensions) {
    if (code / 1000 * 1000 == offset) name += suffix;
  }
  return name;
}

int geometry_class(int code) {
  if (code == kNoGeometry) return 4;
  switch (code % 1000) {
    case 1:
    case 4:
      return 0;
    case 2:
    case 5:
    case 8:
    case 9:
    case 11:
    case 13:
      return 1;
    case 3:
    case 6:
    case 10:
    case 12:
    case 14:
    case 15:
    case 16:
    case 17:
      return 2;
    default:
      return 3;
  }
}

}  // namespace qfcsync::project
