#pragma once

#include "project/data_source.hpp"

#include <string>
#include <vector>

#include <pugixml.hpp>

namespace qfcsync::project {

/// QGIS' codes of layer types.
enum class LayerType {
  Vector = 0,
  Raster = 1,
  Plugin = 2,
  Mesh = 3,
  VectorTile = 4,
  Annotation = 5,
  PointCloud = 6,
  Group = 7,
  TiledScene = 8,
};

/// "Vector", "Raster", ...
const char* to_string(LayerType type);

/// A layer as the document describes it.
struct LayerNode {
  pugi::xml_node node;  ///< the element `maplayer`
  std::string id;
  std::string name;
  LayerType type = LayerType::Vector;
  bool is_embedded = false;  ///< taken over from another project; has no content here
  bool is_read_only = false;
  std::string authority;  ///< of its reference system, e.g. "EPSG:2056"; "" if unknown
  std::string wkt;        ///< of its reference system
  std::string wkb_name;   ///< attribute wkbType; "" in old documents
  std::string geometry;   ///< attribute geometry
  DataSource source;

  bool is_vector() const { return type == LayerType::Vector; }
};

/// The layers of a project: direct children of `projectlayers`, in stored order.
///
/// @param root  the element `qgis`
std::vector<LayerNode> read_layers(pugi::xml_node root);

/// The layer that a `maplayer` describes.
LayerNode read_layer(pugi::xml_node node);

/// QGIS' code for "MultiPolygonZ" and the like; -1 for anything else.
int wkb_code(const std::string& name);
/// The name for a code; "" for an unknown one.
std::string wkb_name(int code);
/// Geometry class of a code: 0 point, 1 line, 2 polygon, 3 unknown, 4 none.
int geometry_class(int wkb_code);

}  // namespace qfcsync::project
