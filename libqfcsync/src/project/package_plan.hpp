#pragma once

#include "project/layer_status.hpp"

#include <string>
#include <vector>

namespace qfcsync::project {

/// What packaging does with a layer.
enum class Handling {
  Untouched,   ///< stays as it is, without marks (localized data, raster services that fail)
  Remove,      ///< leaves the packaged project
  KeepSource,  ///< stays with its source, gets marks
  CopyFile,    ///< its file is copied, the source rewritten
  Offline,     ///< its rows go to data.gpkg
};

struct PlannedLayer {
  LayerStatus status;
  Handling handling = Handling::Untouched;
  std::string action;  ///< cloud action to write down: the stored or the default or a forced one
  bool is_locked = false;  ///< forced read-only: no edit could come back
  /// Filled while packaging; "" when the source stays.
  std::string new_source;
  std::string new_provider;
  std::string new_key;  ///< key column of the packaged table
};

/// Decides what happens to each layer.
std::vector<PlannedLayer> plan_package(std::vector<LayerStatus> layers);

}  // namespace qfcsync::project
