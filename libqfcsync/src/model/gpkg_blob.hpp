#pragma once

#include "model/envelope.hpp"
#include "model/geometry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::model {

/// Head of a geometry as GeoPackage stores it (OGC 12-128r18, 2.1.3).
struct GpkgHeader {
  std::int32_t srs_id = 0;
  bool is_empty = false;
  bool is_extended = false;          ///< the body is not WKB
  std::optional<Envelope> envelope;  ///< of the header; may be missing
  std::size_t size = 0;              ///< where the WKB begins
};

/// @return nullopt when the bytes do not begin as a GeoPackage geometry
std::optional<GpkgHeader> read_gpkg_header(std::string_view blob);

/// @return nullopt when the bytes are no GeoPackage geometry
std::optional<Geometry> read_gpkg_blob(std::string_view blob);

/// The geometry as GeoPackage stores it; points have no envelope in the header, all others have.
///
/// @param envelope  envelope_of(geometry)
std::string write_gpkg_blob(const Geometry& geometry, std::int32_t srs_id,
                            const Envelope& envelope);

/// Box of a stored geometry: from the header if it has one, else from the body.
///
/// @return nullopt when the bytes are no GeoPackage geometry; an empty box for an empty geometry
std::optional<Envelope> gpkg_blob_envelope(std::string_view blob);

}  // namespace qfcsync::model
