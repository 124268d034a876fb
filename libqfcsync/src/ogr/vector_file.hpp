#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qfcsync::ogr {

/// Which layer of a file: by name, else by position (0: the first).
struct VectorFileRequest {
  std::filesystem::path file;
  std::string layer_name;
  int layer_index = 0;
};

/// What the field needs to know of a layer in a file.
struct VectorFileInfo {
  bool is_valid = false;
  bool is_checked = false;      ///< false: GDAL is not installed, nothing but the file is known
  std::string error;            ///< why it is not valid or not checked
  std::optional<int> wkb_type;  ///< QGIS code: 1 Point, 1001 PointZ, 100 no geometry
  std::vector<std::string> fields;
  std::string key;  ///< key column of the format, "" if it has none
};

/// Opens a vector file through GDAL, read-only and only with drivers that read nothing but the
/// file itself and its companions (no VRT, no network, no database).
VectorFileInfo probe_vector_file(const VectorFileRequest& request);

}  // namespace qfcsync::ogr
