#include "merge/geometry_compare.hpp"

#include "model/gpkg_blob.hpp"
#include "model/wkb.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <doctest/doctest.h>

TEST_SUITE("merge/geometry_compare") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using merge::same_geometry;

  std::string gpkg(const model::Geometry& geometry, std::int32_t srs_id = 4326) {
    return model::write_gpkg_blob(geometry, srs_id, model::envelope_of(geometry));
  }

  model::Geometry line(std::vector<double> ordinates) {
    model::Geometry geometry;
    geometry.type = model::GeometryType::LineString;
    geometry.ordinates = std::move(ordinates);
    return geometry;
  }

  std::string without_envelope(const std::string& blob) {
    const auto header = model::read_gpkg_header(blob);
    std::string bare = blob.substr(0, 8) + blob.substr(header->size);
    bare[3] = static_cast<char>(bare[3] & ~0x0e);
    return bare;
  }

  // Point with everything in big-endian order.
  std::string big_endian_point(double x, double y, std::int32_t srs_id) {
    std::string blob("GP\0\0", 4);
    const auto put = [&](const void* at, std::size_t size) {
      std::string bytes(static_cast<const char*>(at), size);
      std::reverse(bytes.begin(), bytes.end());
      blob += bytes;
    };
    put(&srs_id, 4);
    blob += '\0';
    const std::uint32_t type = 1;
    put(&type, 4);
    put(&x, 8);
    put(&y, 8);
    return blob;
  }

  bool same(const std::string& a, const std::string& b) {
    return same_geometry(ValueView::blob(a), ValueView::blob(b));
  }

  TEST_CASE("envelope and byte order do not count, the reference system does") {
    const std::string blob = gpkg(line({0, 0, 1, 2}));
    CHECK(same(blob, without_envelope(blob)));
    CHECK_FALSE(same(blob, gpkg(line({0, 0, 1, 2}), 3857)));
    model::Geometry point;
    point.ordinates = {7, 47};
    CHECK(same(gpkg(point), big_endian_point(7, 47, 4326)));
    CHECK_FALSE(same(gpkg(point), big_endian_point(7, 47.5, 4326)));
    CHECK_FALSE(same(gpkg(point), big_endian_point(7, 47, 3857)));
  }

  TEST_CASE("vertices, their order and dimensions count") {
    CHECK_FALSE(same(gpkg(line({0, 0, 1, 2})), gpkg(line({1, 2, 0, 0}))));
    auto with_z = line({0, 0, 5, 1, 2, 5});
    with_z.has_z = true;
    CHECK_FALSE(same(gpkg(line({0, 0, 1, 2})), gpkg(with_z)));
    CHECK_FALSE(same(gpkg(line({0.0, 0, 1, 2})), gpkg(line({-0.0, 0, 1, 2}))));
  }

  TEST_CASE("all spellings of an empty geometry of one type are one") {
    model::Geometry polygon;
    polygon.type = model::GeometryType::Polygon;
    model::Geometry with_empty_ring = polygon;
    with_empty_ring.parts.push_back(line({}));
    CHECK(same(gpkg(polygon), gpkg(with_empty_ring)));
    std::string flagless = gpkg(polygon);
    flagless[3] = static_cast<char>(flagless[3] & ~0x10);
    CHECK(same(gpkg(polygon), flagless));
    CHECK_FALSE(same(gpkg(polygon), gpkg(line({}))));
  }

  TEST_CASE("one NaN is like another") {
    const double other_nan = -std::numeric_limits<double>::quiet_NaN();
    auto a = line({0, 0, 1, std::numeric_limits<double>::quiet_NaN()});
    auto b = line({0, 0, 1, other_nan});
    CHECK(same(gpkg(a), gpkg(b)));
    CHECK_FALSE(same(gpkg(a), gpkg(line({0, 0, 1, 1}))));
  }

  TEST_CASE("what is no geometry is compared as bytes") {
    CHECK(same("abc", "abc"));
    CHECK_FALSE(same("abc", "abd"));
    const std::string blob = gpkg(line({0, 0, 1, 2}));
    const std::string cut = blob.substr(0, blob.size() - 1);
    CHECK_FALSE(same(blob, cut));
    // Headers differ, and the body cannot be read: nobody knows whether they mean the same.
    std::string broken = cut;
    broken[3] = static_cast<char>(broken[3] ^ 0x10);
    CHECK_FALSE(same(cut, broken));
    CHECK_FALSE(same_geometry(ValueView::text(blob), ValueView::blob(blob)));
  }

  }  // namespace
}
