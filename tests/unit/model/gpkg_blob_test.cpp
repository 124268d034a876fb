#include "model/gpkg_blob.hpp"

#include "model/wkt.hpp"
#include "random_geometry.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::model;

namespace {

std::string blob_of(const std::string& wkt, std::int32_t srs_id = 2056) {
  const Geometry geometry = *read_wkt(wkt);
  return write_gpkg_blob(geometry, srs_id, envelope_of(geometry));
}

}  // namespace

TEST_SUITE("model/gpkg_blob") {
  TEST_CASE("a stored geometry reads back with its reference system") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      const Geometry geometry = test::RandomGeometry(seed).next();
      const std::string blob = write_gpkg_blob(geometry, -1, envelope_of(geometry));
      CHECK(read_gpkg_header(blob)->srs_id == -1);
      CHECK(read_gpkg_header(blob)->is_empty == geometry.is_empty());
      CHECK(read_gpkg_blob(blob) == geometry);
      CHECK(gpkg_blob_envelope(blob)->is_empty() == geometry.is_empty());
    }
  }

  TEST_CASE("points go without box, others with one, the third dimension included") {
    CHECK(blob_of("Point (1 2)").size() == 8 + 21);
    CHECK(blob_of("LineString (1 2,3 4)").size() == 8 + 32 + 9 + 32);
    CHECK(blob_of("LineString Z (1 2 5,3 4 6)").size() == 8 + 48 + 9 + 48);
    const auto header = read_gpkg_header(blob_of("LineString Z (1 2 5,3 4 6)"));
    CHECK(header->envelope->max_x == 3);
    CHECK(header->envelope->min_z == 5);
    CHECK(gpkg_blob_envelope(blob_of("Point (1 2)"))->min_y == 2);
  }

  TEST_CASE("an empty geometry is flagged and has an empty box") {
    const std::string blob = blob_of("Point EMPTY");
    CHECK(read_gpkg_header(blob)->is_empty);
    CHECK(gpkg_blob_envelope(blob)->is_empty());
  }

  TEST_CASE("bytes that are no geometry are refused") {
    CHECK_FALSE(read_gpkg_header("").has_value());
    CHECK_FALSE(read_gpkg_header("GP").has_value());
    CHECK_FALSE(read_gpkg_header(std::string("GX\0\1\0\0\0\0", 8)).has_value());
    CHECK_FALSE(read_gpkg_header(std::string("GP\0\x03\0\0\0\0", 8)).has_value());
    CHECK_FALSE(read_gpkg_header(std::string("GP\0\x0b\0\0\0\0", 8) + std::string(80, 'x')));
    CHECK_FALSE(gpkg_blob_envelope(std::string("GP\0\1\0\0\0\0", 8)).has_value());
  }
}
