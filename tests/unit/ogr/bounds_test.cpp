#include "ogr/bounds.hpp"

#include <limits>

namespace {

using namespace qfcsync::ogr;

}  // namespace

TEST_SUITE("ogr/bounds") {
  TEST_CASE("bounds go from one system to another, east before north") {
    const auto bounds =
        transform_bounds("EPSG:2056", "EPSG:4326", {2600000, 1200000, 2600000, 1200000});
    REQUIRE(bounds);
    CHECK(bounds->min_x == doctest::Approx(7.43863).epsilon(0.00001));
    CHECK(bounds->min_y == doctest::Approx(46.95108).epsilon(0.00001));
    const auto back = transform_bounds("EPSG:4326", "EPSG:2056", *bounds);
    REQUIRE(back);
    CHECK(back->min_x == doctest::Approx(2600000).epsilon(0.000001));
  }

  TEST_CASE("the same system changes nothing") {
    const auto bounds = transform_bounds("EPSG:4326", "EPSG:4326", {1, 2, 3, 4});
    REQUIRE(bounds);
    CHECK(bounds->max_y == 4);
  }

  TEST_CASE("unknown systems, infinite bounds and texts with file names give nothing") {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    CHECK_FALSE(transform_bounds("EPSG:0", "EPSG:4326", {0, 0, 1, 1}));
    CHECK_FALSE(transform_bounds("", "EPSG:4326", {0, 0, 1, 1}));
    CHECK_FALSE(transform_bounds("EPSG:2056", "EPSG:4326", {0, 0, kInfinity, 1}));
    CHECK_FALSE(transform_bounds("EPSG:2056", "EPSG:4326", {1, 0, 0, 1}));
    CHECK_FALSE(transform_bounds("+proj=longlat +nadgrids=/etc/passwd", "EPSG:4326", {0, 0, 1, 1}));
  }
}
