#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace qfcsync::gpkg {

/// A bounding box in the plane.
struct Envelope {
  double min_x = 0;
  double max_x = 0;
  double min_y = 0;
  double max_y = 0;

  void merge(const Envelope& other) {
    min_x = std::min(min_x, other.min_x);
    max_x = std::max(max_x, other.max_x);
    min_y = std::min(min_y, other.min_y);
    max_y = std::max(max_y, other.max_y);
  }
  bool intersects(const Envelope& other) const {
    return min_x <= other.max_x && other.min_x <= max_x && min_y <= other.max_y &&
           other.min_y <= max_y;
  }
};

/// Bounding box of a GeoPackage geometry: from its header, else from the coordinates.
///
/// @return nullopt for an empty geometry and for bytes that are no geometry
std::optional<Envelope> blob_envelope(std::string_view blob);

}  // namespace qfcsync::gpkg
