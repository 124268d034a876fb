#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "changeset/geojson_geometry.hpp"
#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"
#include "support/random_changeset.hpp"
#include "unit/changeset/json_support.hpp"
#include "unit/model/random_geometry.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qfcsync;
using namespace qfcsync::test;
using nlohmann::json;

namespace {

json geometry_json(std::string_view wkt) {
  std::string out;
  REQUIRE(changeset::append_geojson(*model::read_wkt(wkt), out));
  return json::parse(out);
}

TableSchema layer(std::string name, std::int32_t srs_id) {
  TableSchema table;
  table.name = std::move(name);
  table.columns = {{"fid", "INTEGER", 1, true, {}},
                   {"geom", "GEOMETRY", 0, false, {}},
                   {"name", "TEXT", 0, false, {}}};
  table.geometry_column = "geom";
  table.srs_id = srs_id;
  return table;
}

std::string blob_of(std::string_view wkt) {
  const auto geometry = model::read_wkt(wkt);
  return model::write_gpkg_blob(*geometry, 4326, model::envelope_of(*geometry));
}

/// Insert 1, update 2 of the geometry, update 3 of the name, delete 4.
std::string changes_of(const std::string& table) {
  const std::string here = blob_of("POINT (1 2)");
  const std::string there = blob_of("POINT (3 4)");
  const ValueView none;
  const auto key = [](std::int64_t value) { return ValueView::integer(value); };
  MemorySink sink;
  ChangesetWriter writer(sink);
  writer.begin_table({table, {1, 0, 0}});
  const ValueView row[] = {key(1), ValueView::blob(here), ValueView::text("oak")};
  writer.write({Operation::Insert, false, nullptr, {}, row});
  const ValueView from[] = {key(2), ValueView::blob(here), none};
  const ValueView to[] = {none, ValueView::blob(there), none};
  writer.write({Operation::Update, false, nullptr, from, to});
  const ValueView before[] = {key(3), none, ValueView::text("oak")};
  const ValueView after[] = {none, none, ValueView::text("ash")};
  writer.write({Operation::Update, false, nullptr, before, after});
  const ValueView gone[] = {key(4), ValueView::blob(there), ValueView::null()};
  writer.write({Operation::Delete, false, nullptr, gone, {}});
  writer.finish();
  return sink.take();
}

}  // namespace

TEST_SUITE("changeset/geojson") {
  TEST_CASE("features show the new geometry, deleted ones the old") {
    const DatabaseSchema schema{{layer("trees", 4326)}, {}, {}};
    JsonOptions options;
    options.schema = &schema;
    const json all = json::parse(geojson_of(changes_of("trees"), options));
    CHECK(all["type"] == "FeatureCollection");
    CHECK(!all.contains("crs"));
    const json& features = all["features"];
    REQUIRE(features.size() == 4);
    CHECK(features[0] == json::parse(R"({"type": "Feature",
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "properties": {"table": "trees", "operation": "insert", "key": {"fid": 1},
                       "new": {"name": "oak"}}})"));
    CHECK(features[1] == json::parse(R"({"type": "Feature",
        "geometry": {"type": "Point", "coordinates": [3, 4]},
        "properties": {"table": "trees", "operation": "update", "key": {"fid": 2},
                       "old": {"geom": {"type": "Point", "coordinates": [1, 2]}}, "new": {}}})"));
    CHECK(features[2] == json::parse(R"({"type": "Feature", "geometry": null,
        "properties": {"table": "trees", "operation": "update", "key": {"fid": 3},
                       "old": {"name": "oak"}, "new": {"name": "ash"}}})"));
    CHECK(features[3] == json::parse(R"({"type": "Feature",
        "geometry": {"type": "Point", "coordinates": [3, 4]},
        "properties": {"table": "trees", "operation": "delete", "key": {"fid": 4},
                       "old": {"name": null}}})"));
  }

  TEST_CASE("the reference system is named when it is not that of GeoJSON") {
    const DatabaseSchema schema{{layer("trees", 2056)}, {}, {}};
    JsonOptions options;
    options.schema = &schema;
    const json all = json::parse(geojson_of(changes_of("trees"), options));
    CHECK(all["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::2056");
    CHECK(!all["features"][0].contains("srs_id"));
  }

  TEST_CASE("layers of several reference systems name it at each feature") {
    const DatabaseSchema schema{{layer("trees", 2056), layer("zones", 4326)}, {}, {}};
    JsonOptions options;
    options.schema = &schema;
    const json all = json::parse(geojson_of(changes_of("trees") + changes_of("zones"), options));
    CHECK(!all.contains("crs"));
    CHECK(all["features"][0]["srs_id"] == 2056);
    CHECK(!all["features"][4].contains("srs_id"));
  }

  TEST_CASE("without any schema it is refused, but nothing is a collection of nothing") {
    try {
      geojson_of(changes_of("trees"));
      FAIL("it was accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::SchemaMismatch);
    }
    CHECK(json::parse(geojson_of(""))["features"].empty());
  }

  TEST_CASE("every random changeset gives JSON with a feature a change") {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      CAPTURE(seed);
      RandomChangesets random(seed);
      const ModelDatabase base = random.database();
      ModelDatabase modified = base;
      random.edit(modified, 20);
      const ChangesetEnvelope envelope = random.envelope(base);
      const std::string changeset = difference(base, modified, &envelope);
      const json all = json::parse(geojson_of(changeset));
      std::size_t count = 0;
      for (const auto& [table, changes] : read_folded(changeset)) count += changes.size();
      REQUIRE(all["features"].size() == count);
    }
  }

  TEST_CASE("arcs become lines, surfaces polygons, collections stay") {
    CHECK(geometry_json("POINT ZM (1 2 3 4)")["coordinates"] == json::parse("[1, 2, 3]"));
    CHECK(geometry_json("POINT M (1 2 4)")["coordinates"] == json::parse("[1, 2]"));
    CHECK(geometry_json("POINT EMPTY")["coordinates"] == json::array());
    const json arc = geometry_json("CIRCULARSTRING (0 0, 1 1, 2 0)");
    CHECK(arc["type"] == "LineString");
    CHECK(arc["coordinates"].size() > 100);
    CHECK(geometry_json("CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))")["type"] ==
          "Polygon");
    CHECK(geometry_json("MULTISURFACE (((0 0,1 0,1 1,0 0)))")["type"] == "MultiPolygon");
    CHECK(geometry_json("TIN (((0 0,1 0,1 1,0 0)))") ==
          json::parse(R"({"type": "MultiPolygon", "coordinates": [[[[0,0],[1,0],[1,1],[0,0]]]]})"));
    CHECK(geometry_json("GEOMETRYCOLLECTION (POINT (1 2), MULTIPOINT ((3 4)))") ==
          json::parse(R"({"type": "GeometryCollection", "geometries": [
              {"type": "Point", "coordinates": [1, 2]},
              {"type": "MultiPoint", "coordinates": [[3, 4]]}]})"));
  }

  TEST_CASE("outer rings run counter-clockwise, holes clockwise, also far from the origin") {
    const json expected = json::parse(R"([[[2600000.5,1200000],[2600010,1200000],[2600010,1200010],
        [2600000.5,1200000]], [[2600005,1200001],[2600006,1200002],[2600006,1200001],
        [2600005,1200001]]])");
    CHECK(geometry_json("POLYGON ((2600000.5 1200000, 2600010 1200010, 2600010 1200000, 2600000.5 "
                        "1200000), (2600005 1200001, 2600006 1200001, 2600006 1200002, 2600005 "
                        "1200001))")["coordinates"] == expected);
  }

  TEST_CASE("every geometry can be shown, but for ordinates that are no numbers") {
    RandomGeometry random(3);
    for (int i = 0; i < 500; ++i) {
      std::string out;
      REQUIRE(changeset::append_geojson(random.next(), out));
      REQUIRE(json::accept(out));
    }
    model::Geometry point;
    point.ordinates = {std::numeric_limits<double>::infinity(), 0};
    std::string out;
    CHECK(!changeset::append_geojson(point, out));
    CHECK(out.empty());
  }
}
