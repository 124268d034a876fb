// GDAL as the judge of our codecs: random geometries have to mean the same to both.

#include "model/arc.hpp"
#include "model/envelope.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkb.hpp"
#include "model/wkt.hpp"
#include "random_geometry.hpp"

#include <memory>

#include <doctest/doctest.h>
#include <ogr_geometry.h>

using namespace qfcsync;
using namespace qfcsync::model;

namespace {

using Numbers = test::RandomGeometry::Numbers;

constexpr std::uint64_t kSeeds = 400;

struct OgrDelete {
  void operator()(OGRGeometry* geometry) const { OGRGeometryFactory::destroyGeometry(geometry); }
};
using OgrPtr = std::unique_ptr<OGRGeometry, OgrDelete>;

OgrPtr ogr_from_wkt(const std::string& text) {
  OGRGeometry* geometry = nullptr;
  OGRGeometryFactory::createFromWkt(text.c_str(), nullptr, &geometry);
  return OgrPtr(geometry);
}

OgrPtr ogr_from_wkb(const std::string& bytes) {
  OGRGeometry* geometry = nullptr;
  OGRGeometryFactory::createFromWkb(bytes.data(), nullptr, &geometry, bytes.size());
  return OgrPtr(geometry);
}

std::string wkb_of(const OGRGeometry& geometry) {
  std::string bytes(geometry.WkbSize(), '\0');
  geometry.exportToWkb(wkbNDR, reinterpret_cast<unsigned char*>(bytes.data()), wkbVariantIso);
  return bytes;
}

std::string wkb_of(const Geometry& geometry) {
  std::string bytes;
  write_wkb(geometry, bytes);
  return bytes;
}

std::string iso_wkt_of(const OGRGeometry& geometry) {
  OGRWktOptions options;
  options.variant = wkbVariantIso;
  options.precision = 17;
  options.round = false;
  return geometry.exportToWkt(options);
}

}  // namespace

TEST_SUITE("model/geometry_ogr") {
  TEST_CASE("our WKT and WKB mean the same to GDAL, and GDAL's to us") {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      const Geometry geometry = test::RandomGeometry(seed).next();
      const std::string text = write_wkt(geometry);
      CAPTURE(text);
      const OgrPtr from_text = ogr_from_wkt(text);
      const OgrPtr from_bytes = ogr_from_wkb(wkb_of(geometry));
      REQUIRE(from_text);
      REQUIRE(from_bytes);
      CHECK(wkb_of(*from_bytes) == wkb_of(geometry));
      CHECK(wkb_of(*from_text) == wkb_of(geometry));
      CHECK(read_wkt(text) == geometry);
      CHECK(read_wkb(wkb_of(*from_bytes)) == geometry);
      CHECK(read_wkt(iso_wkt_of(*from_bytes)) == geometry);
    }
  }

  TEST_CASE("big-endian WKB reads like little-endian") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      CAPTURE(seed);
      const Geometry geometry = test::RandomGeometry(seed).next();
      const OgrPtr ogr = ogr_from_wkb(wkb_of(geometry));
      std::string bytes(ogr->WkbSize(), '\0');
      ogr->exportToWkb(wkbXDR, reinterpret_cast<unsigned char*>(bytes.data()), wkbVariantIso);
      CHECK(read_wkb(bytes) == geometry);
    }
  }

  TEST_CASE("boxes are those of GDAL, arcs included") {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      const Geometry geometry = test::RandomGeometry(seed, Numbers::Tame).next();
      if (geometry.is_empty()) continue;
      // GDAL 3.6 misses the lowest point of some clockwise arcs, so its fine lines are the judge.
      OGREnvelope theirs;
      const OgrPtr ogr = ogr_from_wkb(wkb_of(geometry));
      OgrPtr(ogr->getLinearGeometry(0.05))->getEnvelope(&theirs);
      const Envelope ours = envelope_of(geometry);
      CAPTURE(write_wkt(geometry));
      const double tolerance = 1e-6 * (ours.max_x - ours.min_x + ours.max_y - ours.min_y) + 1e-9;
      CHECK(std::abs(ours.min_x - theirs.MinX) <= tolerance);
      CHECK(std::abs(ours.max_x - theirs.MaxX) <= tolerance);
      CHECK(std::abs(ours.min_y - theirs.MinY) <= tolerance);
      CHECK(std::abs(ours.max_y - theirs.MaxY) <= tolerance);
    }
  }

  TEST_CASE("the box of an arc bulges over its vertices") {
    const Envelope box = envelope_of(*read_wkt("CircularString (0 0, 1 1, 2 0)"));
    CHECK(box.max_y == doctest::Approx(1));
    const Envelope circle = envelope_of(*read_wkt("CircularString (0 0, 2 0, 0 0)"));
    CHECK(circle.min_y == doctest::Approx(-1));
    CHECK(circle.max_y == doctest::Approx(1));
    const Envelope big = envelope_of(*read_wkt("CircularString (1 0, -0.6 0.8, 0 -1)"));
    CHECK(big.min_x == doctest::Approx(-1));
    CHECK(big.max_y == doctest::Approx(1));
    CHECK(big.max_x == doctest::Approx(1));
  }

  TEST_CASE("a segmentised arc stays on its circle and keeps its vertices") {
    const Geometry line = segmentize(*read_wkt("CircularStringZ (0 0 10, 1 1 20, 2 0 30)"));
    CHECK(line.type == GeometryType::LineString);
    CHECK(line.vertex_count() == 181);
    for (std::size_t i = 0; i < line.vertex_count(); ++i) {
      const double* vertex = &line.ordinates[3 * i];
      CHECK(std::hypot(vertex[0] - 1, vertex[1]) == doctest::Approx(1));
      CHECK(vertex[1] >= -1e-12);
      CHECK(vertex[2] == doctest::Approx(10 + 20 * double(i) / 180));
    }
    CHECK(line.ordinates[3 * 90] == 1);
    CHECK(line.ordinates.back() == 30);
  }

  TEST_CASE("cut or changed WKB is refused or still a geometry, never a crash") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      test::RandomGeometry random(seed);
      const std::string bytes = wkb_of(random.next());
      CHECK_FALSE(read_wkb(bytes.substr(0, random.pick(bytes.size()))).has_value());
      CHECK_FALSE(read_wkb(bytes + '\0').has_value());
      std::string changed = bytes;
      changed[random.pick(changed.size())] = static_cast<char>(random.pick(256));
      if (const auto geometry = read_wkb(changed)) CHECK_NOTHROW(envelope_of(*geometry));
    }
  }

  TEST_CASE("a count beyond the bytes reserves nothing") {
    const std::string bytes("\1\2\0\0\0\xff\xff\xff\xff", 9);
    CHECK_FALSE(read_wkb(bytes).has_value());
  }
}
