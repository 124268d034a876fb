#pragma once

#include "model/geometry.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::model {

/// Reads OGC/SQL-MM WKT: type names in any case, `PointZ` and `Point Z`, `nan` as 0, EMPTY, points
/// of a multi point with or without parentheses, blanks around. A prefix `SRID=` is refused.
///
/// Without a suffix, three ordinates mean Z and four ZM. O(length), independent of the locale.
///
/// @return nullopt when the text is no geometry or beyond the bounds of geometry.hpp
std::optional<Geometry> read_wkt(std::string_view text);

/// ISO WKT with the shortest numbers that read back exactly.
std::string write_wkt(const Geometry& geometry);

}  // namespace qfcsync::model
