#pragma once

#include <optional>
#include <string>

namespace qfcsync::ogr {

struct Bounds {
  double min_x = 0;
  double min_y = 0;
  double max_x = 0;
  double max_y = 0;

  bool is_finite() const;
};

/// Bounds in another coordinate system, large enough to hold every transformed point.
///
/// Coordinates are in the order x (east), y (north) on both sides. PROJ is loaded at the first
/// call.
///
/// @param from, to  authority ids such as "EPSG:2056", or WKT
/// @return          nullopt when a system is unknown, the transformation fails, or PROJ is missing
/// @threads         safe
std::optional<Bounds> transform_bounds(const std::string& from, const std::string& to,
                                       const Bounds& bounds);

}  // namespace qfcsync::ogr
