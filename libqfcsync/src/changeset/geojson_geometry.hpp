#pragma once

#include "model/geometry.hpp"

#include <string>

namespace qfcsync::changeset {

/// Appends a geometry object of RFC 7946: arcs as lines, outer rings counter-clockwise, without m.
///
/// @return false when GeoJSON has no such geometry (ordinates that are no numbers); then nothing is
///         appended
bool append_geojson(const model::Geometry& geometry, std::string& out);

}  // namespace qfcsync::changeset
