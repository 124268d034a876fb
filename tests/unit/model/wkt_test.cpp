#include "model/wkt.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::model;

namespace {

std::string reread(std::string_view text) {
  const auto geometry = read_wkt(text);
  return geometry ? write_wkt(*geometry) : "refused";
}

}  // namespace

TEST_SUITE("model/wkt") {
  TEST_CASE("type names, suffixes and blanks are read in every spelling QGIS has used") {
    CHECK(reread("Point (7.44745000000000035 46.94809000000000054)") ==
          "POINT (7.447450000000001 46.94809)");
    CHECK(reread("PointZ (1 2 3)") == "POINT Z (1 2 3)");
    CHECK(reread("  point z( 1 2\t3 ) \n") == "POINT Z (1 2 3)");
    CHECK(reread("PointM (1 2 3)") == "POINT M (1 2 3)");
    CHECK(reread("POINTZM(1 2 3 4)") == "POINT ZM (1 2 3 4)");
    CHECK(reread("Point Zm (1 2 3 4)") == "POINT ZM (1 2 3 4)");
    CHECK(reread("POINT (1 2 3)") == "POINT Z (1 2 3)");
    CHECK(reread("POINT (1 2 3 4)") == "POINT ZM (1 2 3 4)");
    CHECK(reread("Point (+1 -2.5e-3)") == "POINT (1 -0.0025)");
  }

  TEST_CASE("nan is 0 in any case and place") {
    CHECK(reread("PointZ (1 2 nan)") == "POINT Z (1 2 0)");
    CHECK(reread("Point (NaN -nan)") == "POINT (0 0)");
    CHECK(reread("LineStringZM (1 2 nan NAN, 3 4 5 6)") == "LINESTRING ZM (1 2 0 0,3 4 5 6)");
    CHECK(reread("MultiPoint (nan 1)") == "MULTIPOINT ((0 1))");
  }

  TEST_CASE("empty geometries keep their type") {
    CHECK(reread("Point EMPTY") == "POINT EMPTY");
    CHECK(reread("Polygon Z empty") == "POLYGON Z EMPTY");
    CHECK(reread("MultiPolygon(EMPTY,((0 0,1 0,1 1,0 0)))") ==
          "MULTIPOLYGON (EMPTY,((0 0,1 0,1 1,0 0)))");
    CHECK(reread("GeometryCollection (Point EMPTY, Point Z (1 2 3))") ==
          "GEOMETRYCOLLECTION Z (POINT Z EMPTY,POINT Z (1 2 3))");
  }

  TEST_CASE("multi points are read with and without parentheses") {
    CHECK(reread("MultiPoint (1 2, 3 4)") == "MULTIPOINT ((1 2),(3 4))");
    CHECK(reread("MultiPointZ ((1 2 3),(3 4 5))") == "MULTIPOINT Z ((1 2 3),(3 4 5))");
    CHECK(reread("MultiPoint (1 2, 3 4 5)") == "MULTIPOINT Z ((1 2 0),(3 4 5))");
  }

  TEST_CASE("curves are kept") {
    CHECK(reread("CompoundCurve (CircularString (0 0, 1 1, 2 0),(2 0, 3 0))") ==
          "COMPOUNDCURVE (CIRCULARSTRING (0 0,1 1,2 0),(2 0,3 0))");
    CHECK(reread("CurvePolygonZ (CompoundCurveZ (CircularStringZ (0 0 1, 1 1 1, 2 0 1),(2 0 1, 0 0 "
                 "1)))") ==
          "CURVEPOLYGON Z (COMPOUNDCURVE Z (CIRCULARSTRING Z (0 0 1,1 1 1,2 0 1),"
          "(2 0 1,0 0 1)))");
    CHECK(reread("MultiSurface (((0 0,1 0,1 1,0 0)),CurvePolygon ((0 0,1 0,1 1,0 0)))") ==
          "MULTISURFACE (((0 0,1 0,1 1,0 0)),CURVEPOLYGON ((0 0,1 0,1 1,0 0)))");
    CHECK(reread("MultiCurve (LineString (0 0,1 1),CircularString (0 0,1 1,2 0))") ==
          "MULTICURVE ((0 0,1 1),CIRCULARSTRING (0 0,1 1,2 0))");
    CHECK(reread("Triangle ((0 0,1 0,1 1,0 0))") == "TRIANGLE ((0 0,1 0,1 1,0 0))");
  }

  TEST_CASE("texts that are no geometry are refused") {
    for (const char* text : {"",
                             " ",
                             "Point (1",
                             "Point 1 2)",
                             "Point ()",
                             "Point (1)",
                             "Point (1 2",
                             "Point (1 2) x",
                             "Point (1 2 3 4 5)",
                             "Point (1,2)",
                             "Point Z (1 2)",
                             "PointQ (1 2)",
                             "SRID=2056;Point (1 2)",
                             "Point (1 2))",
                             "Point (inf 2)",
                             "Point (1e999 2)",
                             "Point (0x10 2)",
                             "Point (1 2nan)",
                             "Point (+-1 2)",
                             "Point (- 2)",
                             "LineString (1 2,)",
                             "LineString (1 2,,3 4)",
                             "LineString ()",
                             "Polygon (0 0,1 0,1 1,0 0)",
                             "CircularString (0 0,1 1)",
                             "Curve (0 0,1 1)",
                             "Geometry EMPTY",
                             "CompoundCurve ((0 0,1 1),(2 2,3 3))",
                             "MultiPolygon (Point (1 2))",
                             "GeometryCollection (1 2)",
                             "GeometryCollection (EMPTY)",
                             "Polygon ((0 0,1 1 2))",
                             "Z",
                             "PointZZ (1 2 3)",
                             "Point Z M (1 2 3 4)"}) {
      CAPTURE(text);
      CHECK_FALSE(read_wkt(text).has_value());
    }
    CHECK_FALSE(read_wkt(std::string_view("Point (1 2)\0", 12)).has_value());
  }

  TEST_CASE("nesting ends at the documented depth") {
    const auto nested = [](int depth) {
      std::string text;
      for (int i = 0; i < depth; ++i) text += "GeometryCollection (";
      return text + "Point (1 2)" + std::string(static_cast<std::size_t>(depth), ')');
    };
    CHECK(read_wkt(nested(kMaxGeometryDepth - 1)).has_value());
    CHECK_FALSE(read_wkt(nested(kMaxGeometryDepth)).has_value());
    CHECK_FALSE(read_wkt(nested(100'000)).has_value());
  }

  TEST_CASE("numbers do not depend on the locale and read back exactly") {
    CHECK(reread("Point (0.1 1234567.00000000000000001)") == "POINT (0.1 1234567)");
    const auto point = read_wkt("Point (2600000.12345678918063641 -0)");
    REQUIRE(point);
    CHECK(point->ordinates[0] == 2600000.1234567892);
    CHECK(*read_wkt(write_wkt(*point)) == *point);
  }
}
