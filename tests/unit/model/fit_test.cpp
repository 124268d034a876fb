#include "model/fit.hpp"

#include "model/wkt.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::model;

namespace {

std::string fit(const char* wkt, GeometryType type, DimensionRule z = DimensionRule::Prohibited,
                DimensionRule m = DimensionRule::Prohibited) {
  const auto result = fit_geometry(*read_wkt(wkt), {type, z, m});
  return result ? write_wkt(*result) : "impossible";
}

}  // namespace

TEST_SUITE("model/fit") {
  TEST_CASE("single parts become multi and multi geometries of one part single") {
    CHECK(fit("Point (1 2)", GeometryType::MultiPoint) == "MULTIPOINT ((1 2))");
    CHECK(fit("Polygon ((0 0,1 0,1 1,0 0))", GeometryType::MultiPolygon) ==
          "MULTIPOLYGON (((0 0,1 0,1 1,0 0)))");
    CHECK(fit("MultiPoint (1 2)", GeometryType::Point) == "POINT (1 2)");
    CHECK(fit("MultiPoint (1 2,3 4)", GeometryType::Point) == "impossible");
    CHECK(fit("MultiPoint EMPTY", GeometryType::Point) == "POINT EMPTY");
    CHECK(fit("Point EMPTY", GeometryType::MultiPoint) == "MULTIPOINT EMPTY");
    CHECK(fit("GeometryCollection (Point (1 2))", GeometryType::Point) == "POINT (1 2)");
    CHECK(fit("Point (1 2)", GeometryType::GeometryCollection) ==
          "GEOMETRYCOLLECTION (POINT (1 2))");
  }

  TEST_CASE("missing z and m become 0, unwanted ones go, optional ones stay as they are") {
    CHECK(fit("Point (1 2)", GeometryType::Point, DimensionRule::Mandatory) == "POINT Z (1 2 0)");
    CHECK(fit("Point Z (1 2 3)", GeometryType::Point) == "POINT (1 2)");
    CHECK(fit("Point M (1 2 3)", GeometryType::Point, DimensionRule::Mandatory,
              DimensionRule::Mandatory) == "POINT ZM (1 2 0 3)");
    CHECK(fit("Point ZM (1 2 3 4)", GeometryType::Point, DimensionRule::Prohibited,
              DimensionRule::Mandatory) == "POINT M (1 2 4)");
    CHECK(fit("Point Z (1 2 3)", GeometryType::Point, DimensionRule::Optional) ==
          "POINT Z (1 2 3)");
    CHECK(fit("Point (1 2)", GeometryType::Any, DimensionRule::Optional) == "POINT (1 2)");
  }

  TEST_CASE("curves become lines for linear columns") {
    const auto line =
        fit_geometry(*read_wkt("CircularString (0 0,1 1,2 0)"), {GeometryType::LineString});
    CHECK(line->vertex_count() == 181);
    const auto multi = fit_geometry(
        *read_wkt(
            "MultiSurface (CurvePolygon (CompoundCurve (CircularString (0 0,1 1,2 0),(2 0,0 0))))"),
        {GeometryType::MultiPolygon});
    REQUIRE(multi);
    CHECK(multi->type == GeometryType::MultiPolygon);
    CHECK(multi->parts[0].parts[0].vertex_count() == 182);
    CHECK(is_well_formed(*multi));
    CHECK(fit("CompoundCurve ((0 0,1 1),(1 1,2 2))", GeometryType::LineString) ==
          "LINESTRING (0 0,1 1,2 2)");
  }

  TEST_CASE("lines are promoted for curve columns") {
    CHECK(fit("LineString (0 0,1 1)", GeometryType::CompoundCurve) == "COMPOUNDCURVE ((0 0,1 1))");
    CHECK(fit("Polygon ((0 0,1 0,1 1,0 0))", GeometryType::CurvePolygon) ==
          "CURVEPOLYGON ((0 0,1 0,1 1,0 0))");
    CHECK(fit("LineString (0 0,1 1)", GeometryType::MultiCurve) == "MULTICURVE ((0 0,1 1))");
    CHECK(fit("MultiPolygon (((0 0,1 0,1 1,0 0)))", GeometryType::MultiSurface) ==
          "MULTISURFACE (((0 0,1 0,1 1,0 0)))");
    CHECK(fit("LineString (0 0,1 1)", GeometryType::Curve) == "LINESTRING (0 0,1 1)");
    CHECK(fit("CompoundCurve (CircularString (0 0,1 1,2 0))", GeometryType::CircularString) ==
          "CIRCULARSTRING (0 0,1 1,2 0)");
  }

  TEST_CASE("rings of polygons are closed") {
    CHECK(fit("Polygon ((0 0,1 0,1 1))", GeometryType::Polygon) == "POLYGON ((0 0,1 0,1 1,0 0))");
    CHECK(fit("Polygon ((0 0,1 0,1 1))", GeometryType::MultiPolygon) ==
          "MULTIPOLYGON (((0 0,1 0,1 1,0 0)))");
  }

  TEST_CASE("patches of surfaces become polygons") {
    CHECK(fit("Tin (((0 0,1 0,1 1,0 0)))", GeometryType::MultiPolygon) ==
          "MULTIPOLYGON (((0 0,1 0,1 1,0 0)))");
    CHECK(fit("Triangle ((0 0,1 0,1 1,0 0))", GeometryType::Polygon) ==
          "POLYGON ((0 0,1 0,1 1,0 0))");
  }

  TEST_CASE("what cannot be reconciled is refused") {
    CHECK(fit("Point (1 2)", GeometryType::LineString) == "impossible");
    CHECK(fit("LineString (0 0,1 1)", GeometryType::Polygon) == "impossible");
    CHECK(fit("LineString (0 0,1 1)", GeometryType::CircularString) == "impossible");
    CHECK(fit("MultiPoint (1 2)", GeometryType::MultiPolygon) == "impossible");
    CHECK(fit("Polygon ((0 0,1 0,1 1,0 1,0 0))", GeometryType::Triangle) == "impossible");
  }
}
