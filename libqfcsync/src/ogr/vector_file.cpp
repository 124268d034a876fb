#include "ogr/vector_file.hpp"

#include "ogr/gdal.hpp"

#include <algorithm>
#include <memory>

namespace qfcsync::ogr {
namespace {

// A project is written by a stranger. Drivers whose files name other files or services are left
// out: they would let a project read what it has no right to.
constexpr const char* kDrivers[] = {"ESRI Shapefile",
                                    "GeoJSON",
                                    "GeoJSONSeq",
                                    "TopoJSON",
                                    "ESRIJSON",
                                    "FlatGeobuf",
                                    "CSV",
                                    "MapInfo File",
                                    "KML",
                                    "LIBKML",
                                    "GPX",
                                    "DXF",
                                    "DGN",
                                    "XLSX",
                                    "ODS",
                                    "GPKG",
                                    nullptr};

class QuietErrors {
 public:
  explicit QuietErrors(const Gdal& gdal) : gdal_(gdal) {
    gdal_.push_error_handler(gdal_.quiet_error_handler);
    gdal_.error_reset();
  }
  ~QuietErrors() { gdal_.pop_error_handler(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

  std::string text() const {
    const char* message = gdal_.last_error();
    return message == nullptr ? std::string() : std::string(message);
  }

 private:
  const Gdal& gdal_;
};

int qgis_type(const Gdal& gdal, OGRwkbGeometryType type) {
  if (type == wkbNone) return 100;
  const int dimensions = (gdal.has_z(type) != 0 ? 1000 : 0) + (gdal.has_m(type) != 0 ? 2000 : 0);
  return static_cast<int>(gdal.flat_type(type)) + dimensions;
}

OGRLayerH find_layer(const Gdal& gdal, GDALDatasetH dataset, const VectorFileRequest& request) {
  if (request.layer_name.empty()) return gdal.layer(dataset, request.layer_index);
  OGRLayerH layer = gdal.layer_by_name(dataset, request.layer_name.c_str());
  // QGIS takes the only layer of a file whatever it is called (a renamed Shapefile, say).
  if (layer == nullptr && gdal.layer_count(dataset) == 1) layer = gdal.layer(dataset, 0);
  return layer;
}

void describe(const Gdal& gdal, OGRLayerH layer, VectorFileInfo& info) {
  OGRFeatureDefnH definition = gdal.definition(layer);
  info.wkb_type = qgis_type(gdal, gdal.geometry_type(definition));
  const int count = gdal.field_count(definition);
  for (int i = 0; i < count; ++i) {
    info.fields.emplace_back(gdal.field_name(gdal.field(definition, i)));
  }
  // As in QGIS: a column that is also an ordinary field is not the format's own key.
  const std::string key = gdal.fid_column(layer);
  if (std::find(info.fields.begin(), info.fields.end(), key) == info.fields.end()) info.key = key;
  info.is_valid = true;
}

}  // namespace

VectorFileInfo probe_vector_file(const VectorFileRequest& request) {
  VectorFileInfo info;
  const Gdal* functions = gdal();
  if (functions == nullptr) {
    info.is_valid = true;
    info.error =
        "GDAL is not installed on the server: the file exists, its content was not checked";
    return info;
  }
  info.is_checked = true;
  const QuietErrors errors(*functions);
  const auto close = [functions](void* dataset) { functions->close(dataset); };
  const std::unique_ptr<void, decltype(close)> dataset(
      functions->open(request.file.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, kDrivers, nullptr,
                      nullptr),
      close);
  if (dataset == nullptr) {
    info.error = errors.text().empty() ? "not a vector file that GDAL can read" : errors.text();
    return info;
  }
  OGRLayerH layer = find_layer(*functions, dataset.get(), request);
  if (layer == nullptr) {
    info.error = "the file has no layer \"" + request.layer_name + "\"";
    return info;
  }
  describe(*functions, layer, info);
  return info;
}

}  // namespace qfcsync::ogr
