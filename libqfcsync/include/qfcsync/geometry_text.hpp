#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync {

/// A geometry as GeoPackage stores it, in ISO WKT with the shortest numbers that read back exactly.
///
/// @param blob  a geometry value of a changeset
/// @return      nullopt when the bytes are no geometry
/// @threads     safe concurrently
std::optional<std::string> geometry_wkt(std::string_view blob);

}  // namespace qfcsync
