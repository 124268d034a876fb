#pragma once

#include "model/geometry.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::model {

/// Reads ISO WKB of either byte order; the high bits that old writers set for Z and M are
/// understood, a coordinate system inside is not. An empty point has NaN ordinates.
///
/// Counts are checked against the bytes that are there before anything is reserved.
///
/// @return nullopt when the bytes are no geometry, have bytes left over or are beyond the bounds
std::optional<Geometry> read_wkb(std::string_view bytes);

/// Appends ISO WKB, little-endian.
void write_wkb(const Geometry& geometry, std::string& out);

}  // namespace qfcsync::model
