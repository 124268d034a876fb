#pragma once

#include <gdal.h>
#include <ogr_api.h>

namespace qfcsync::ogr {

/// The functions of GDAL that we call; all set.
struct Gdal {
  decltype(&::GDALAllRegister) all_register = nullptr;
  decltype(&::GDALOpenEx) open = nullptr;
  decltype(&::GDALClose) close = nullptr;
  decltype(&::GDALDatasetGetLayerCount) layer_count = nullptr;
  decltype(&::GDALDatasetGetLayer) layer = nullptr;
  decltype(&::GDALDatasetGetLayerByName) layer_by_name = nullptr;
  decltype(&::OGR_L_GetLayerDefn) definition = nullptr;
  decltype(&::OGR_L_GetFIDColumn) fid_column = nullptr;
  decltype(&::OGR_FD_GetFieldCount) field_count = nullptr;
  decltype(&::OGR_FD_GetFieldDefn) field = nullptr;
  decltype(&::OGR_FD_GetGeomType) geometry_type = nullptr;
  decltype(&::OGR_Fld_GetNameRef) field_name = nullptr;
  decltype(&::OGR_GT_Flatten) flat_type = nullptr;
  decltype(&::OGR_GT_HasZ) has_z = nullptr;
  decltype(&::OGR_GT_HasM) has_m = nullptr;
  decltype(&::CPLPushErrorHandler) push_error_handler = nullptr;
  decltype(&::CPLPopErrorHandler) pop_error_handler = nullptr;
  decltype(&::CPLQuietErrorHandler) quiet_error_handler = nullptr;
  decltype(&::CPLErrorReset) error_reset = nullptr;
  decltype(&::CPLGetLastErrorMsg) last_error = nullptr;
};

/// GDAL, loaded at the first call; nullptr when it is not installed.
///
/// @threads safe
const Gdal* gdal();

}  // namespace qfcsync::ogr
