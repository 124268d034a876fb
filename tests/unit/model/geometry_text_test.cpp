#include <qfcsync/geometry_text.hpp>

#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;

TEST_SUITE("model/geometry_text") {
  TEST_CASE("a stored geometry is told as WKT") {
    for (const char* wkt : {"POINT (7.5 -2)", "LINESTRING Z (0 0 1,1 1 2)", "MULTIPOLYGON EMPTY"}) {
      const auto geometry = model::read_wkt(wkt);
      REQUIRE(geometry);
      const std::string blob =
          model::write_gpkg_blob(*geometry, 4326, model::envelope_of(*geometry));
      CHECK(geometry_wkt(blob) == model::write_wkt(*geometry));
    }
  }

  TEST_CASE("bytes that are no geometry have no text") {
    const std::string blob = model::write_gpkg_blob(*model::read_wkt("POINT (1 2)"), 0, {});
    CHECK_FALSE(geometry_wkt(""));
    CHECK_FALSE(geometry_wkt("GP"));
    CHECK_FALSE(geometry_wkt("photo"));
    for (std::size_t size = 0; size < blob.size(); ++size) {
      CHECK_FALSE(geometry_wkt(std::string_view(blob).substr(0, size)));
    }
  }
}
