// Any text is refused or read, and then survives the way through WKT, WKB and the GeoPackage form.
// The bytes are also given to the readers of WKB and GeoPackage geometries.

#include "model/fit.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkb.hpp"
#include "model/wkt.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace qfcsync::model;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_round_trips(const Geometry& geometry) {
  std::string bytes;
  write_wkb(geometry, bytes);
  require(read_wkb(bytes) == geometry);
  require(read_wkt(write_wkt(geometry)) == geometry);
  const std::string blob = write_gpkg_blob(geometry, 2056, envelope_of(geometry));
  require(read_gpkg_blob(blob) == geometry);
  require(gpkg_blob_envelope(blob).has_value());
}

void check_fits(const Geometry& geometry) {
  for (int type = 0; type <= 17; ++type) {
    const GeometryRule rule{static_cast<GeometryType>(type), DimensionRule::Mandatory,
                            DimensionRule::Prohibited};
    const auto fitting = fit_geometry(geometry, rule);
    if (!fitting) continue;
    std::string bytes;
    write_wkb(*fitting, bytes);
    require(fitting->has_z && !fitting->has_m);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto geometry = read_wkt(text)) {
    check_round_trips(*geometry);
    check_fits(*geometry);
  }
  if (const auto geometry = read_wkb(text)) envelope_of(*geometry);
  if (read_gpkg_header(text)) gpkg_blob_envelope(text);
  return 0;
}
