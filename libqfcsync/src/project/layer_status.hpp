#pragma once

#include "gpkg/table_info.hpp"
#include "project/layer_node.hpp"
#include "project/paths.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::project {

/// What looking at a layer's source found.
struct LayerStatus {
  LayerNode layer;
  bool is_valid = false;
  std::string error_code = "no_error";
  std::string error_summary;
  std::optional<std::string> provider_error;
  std::filesystem::path file;  ///< canonical; empty when the source is no existing file of ours
  std::string filename;        ///< for people: as a name of the project, or as written
  std::optional<gpkg::TableInfo> table;  ///< of a GeoPackage layer
  bool is_query = false;  ///< the filter is a whole SELECT: rows are not those of the table
  std::string key;        ///< key attribute, "" when there is none or it is not usable
  std::optional<int> wkb_type;

  /// A table of a GeoPackage whose rows can be taken offline and edited by key.
  bool is_editable_table() const {
    return is_valid && table && !table->is_view && !is_query && !key.empty();
  }
};

/// Looks at the source of a layer. What is wrong with it is in the result, not thrown.
LayerStatus probe_layer(const ProjectFolder& folder, const LayerNode& layer);

/// The entry of a layer in `layers_by_id`.
nlohmann::json status_json(const LayerStatus& status);

}  // namespace qfcsync::project
