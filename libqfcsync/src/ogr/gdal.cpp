#include "ogr/gdal.hpp"

#include "ogr/dynamic_library.hpp"

namespace qfcsync::ogr {
namespace {

bool bind_all(const DynamicLibrary& library, Gdal& gdal) {
  return library.bind(gdal.all_register, "GDALAllRegister") &&
         library.bind(gdal.open, "GDALOpenEx") && library.bind(gdal.close, "GDALClose") &&
         library.bind(gdal.layer_count, "GDALDatasetGetLayerCount") &&
         library.bind(gdal.layer, "GDALDatasetGetLayer") &&
         library.bind(gdal.layer_by_name, "GDALDatasetGetLayerByName") &&
         library.bind(gdal.definition, "OGR_L_GetLayerDefn") &&
         library.bind(gdal.fid_column, "OGR_L_GetFIDColumn") &&
         library.bind(gdal.field_count, "OGR_FD_GetFieldCount") &&
         library.bind(gdal.field, "OGR_FD_GetFieldDefn") &&
         library.bind(gdal.geometry_type, "OGR_FD_GetGeomType") &&
         library.bind(gdal.field_name, "OGR_Fld_GetNameRef") &&
         library.bind(gdal.flat_type, "OGR_GT_Flatten") &&
         library.bind(gdal.has_z, "OGR_GT_HasZ") && library.bind(gdal.has_m, "OGR_GT_HasM") &&
         library.bind(gdal.push_error_handler, "CPLPushErrorHandler") &&
         library.bind(gdal.pop_error_handler, "CPLPopErrorHandler") &&
         library.bind(gdal.quiet_error_handler, "CPLQuietErrorHandler") &&
         library.bind(gdal.error_reset, "CPLErrorReset") &&
         library.bind(gdal.last_error, "CPLGetLastErrorMsg");
}

const Gdal* load() {
  static const DynamicLibrary library(QFCSYNC_GDAL_SONAME);
  static Gdal functions;
  if (!library.is_loaded() || !bind_all(library, functions)) return nullptr;
  functions.all_register();
  return &functions;
}

}  // namespace

const Gdal* gdal() {
  static const Gdal* const loaded = load();
  return loaded;
}

}  // namespace qfcsync::ogr
