// What the worked examples leave open: layers, keys, types, constraints, defaults.

#include <qfcsync/error.hpp>

#include "delta_fixture.hpp"

#include <fstream>

#include <doctest/doctest.h>

using namespace qfcsync;
using test::DeltaFixture;
using test::Json;

namespace {

const std::string kApplied = "Successfully applied delta!";

Json on(const std::string& layer, Json delta) {
  delta["localLayerId"] = delta["sourceLayerId"] = layer;
  return delta;
}

Json create(Json attributes, Json geometry = nullptr) {
  return {{"method", "create"},
          {"localPk", "1"},
          {"new", {{"geometry", std::move(geometry)}, {"attributes", std::move(attributes)}}}};
}

Json patch(const std::string& pk, Json new_attributes, Json old_attributes = Json::object()) {
  return {{"method", "patch"},
          {"localPk", pk},
          {"sourcePk", pk},
          {"old", {{"attributes", std::move(old_attributes)}}},
          {"new", {{"attributes", std::move(new_attributes)}}}};
}

EditLayer layer_of(const DeltaFixture& f, const std::string& table) {
  EditLayer layer;
  layer.id = layer.table = table;
  layer.name = "Name of " + table;
  layer.file = f.file();
  return layer;
}

}  // namespace

TEST_SUITE("gpkg/delta_applier") {
  TEST_CASE("layers that cannot be edited say why") {
    DeltaFixture f;
    const auto message = [&](auto&& change) {
      EditLayer layer = layer_of(f, "pts");
      layer.id = "x";
      change(layer);
      f.layers["x"] = layer;
      const DeltaOutcome outcome = f.apply(on("x", patch("1", {{"n", 6}})));
      CHECK(outcome.status == DeltaStatus::NotApplied);
      CHECK(outcome.error_type == "ERROR");
      return outcome.message;
    };
    CHECK(message([](EditLayer& l) { l.is_vector = false; }) == "No layer with id \"x\"");
    CHECK(message([](EditLayer& l) { l.is_valid = false; }) == "Invalid layer \"x\"");
    CHECK(message([](EditLayer& l) { l.is_editable = false; }) ==
          "Cannot start editing layer \"x\"");
    CHECK(message([](EditLayer& l) { l.table = "missing"; }) == "Invalid layer \"x\"");
    CHECK(message([](EditLayer& l) { l.table = "gpkg_contents"; }) == "Invalid layer \"x\"");
    CHECK(message([](EditLayer& l) { l.file += "x"; }) == "Invalid layer \"x\"");
    CHECK(message([](EditLayer& l) { l.subset = "no such thing"; }) == "Invalid layer \"x\"");
    CHECK(message([](EditLayer& l) { l.subset = "1); DELETE FROM pts; --"; }) ==
          "Invalid layer \"x\"");
    CHECK(message(
              [](EditLayer& l) {
                l.file.replace_filename("text.gpkg");
                std::ofstream(l.file)
                    << "this is no database, but long enough to look like one to SQLite. "
                       "It takes a hundred bytes.";
              }) == "Invalid layer \"x\"");
    f.sql("CREATE VIEW seen AS SELECT fid, name FROM pts");
    CHECK(message([](EditLayer& l) { l.table = "seen"; }) == "Cannot start editing layer \"x\"");
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "5");
  }

  TEST_CASE("an empty table name means the first layer of the file") {
    DeltaFixture f;
    f.layers["first"] = layer_of(f, "");
    CHECK(f.apply(on("first", patch("1", {{"n", 6}}))).message == kApplied);
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "6");
  }

  TEST_CASE("the key decides whether a table can be edited") {
    DeltaFixture f;
    f.sql("CREATE TABLE two (a INTEGER, b INTEGER, PRIMARY KEY (a, b))");
    f.sql("CREATE TABLE none (a INTEGER, b TEXT)");
    f.sql("CREATE TABLE comma (\"a,b\" INTEGER PRIMARY KEY, c TEXT)");
    f.layers["none"] = layer_of(f, "none");
    CHECK(f.apply(on("two", patch("1", {{"b", 6}}))).message ==
          "Composite (multi-column) primary keys are not supported!");
    CHECK(f.apply(on("none", patch("1", {{"b", 6}}))).message ==
          "Layer \"Name of none\" neither has a primary key, nor an attribute `fid`! ");
    CHECK(f.apply(on("comma", patch("1", {{"c", 6}}))).message ==
          "Comma in field name \"a,b\" is not allowed!");
  }

  TEST_CASE("text keys are found as texts, kept when free and reported") {
    DeltaFixture f;
    f.sql("CREATE TABLE parcels (code TEXT PRIMARY KEY NOT NULL, n INTEGER) WITHOUT ROWID");
    f.sql("INSERT INTO parcels VALUES ('7', 1), ('07', 2)");
    CHECK(f.apply(on("parcels", patch("07", {{"n", 3}}))).modified_pk ==
          AttributeValue(std::string("07")));
    CHECK(f.value("SELECT group_concat(code || '=' || n) FROM parcels") == "07=3,7=1");
    CHECK(f.apply(on("parcels", create({{"code", "A"}, {"n", 5}}))).modified_pk ==
          AttributeValue(std::string("A")));
    CHECK(f.apply(on("parcels", create({{"code", "A"}, {"n", 6}}))).modified_pk ==
          AttributeValue(std::string("A_1")));
    CHECK(f.apply(on("parcels", patch("A", {{"code", "B"}}))).modified_pk ==
          AttributeValue(std::string("B")));
  }

  TEST_CASE("several features with the key are an error of the delta alone") {
    DeltaFixture f;
    f.sql("CREATE TABLE plain (fid INTEGER, name TEXT)");
    f.sql("INSERT INTO plain VALUES (7, 'x'), (7, 'y')");
    const auto outcomes =
        f.apply_all({on("plain", patch("7", {{"name", "z"}})), patch("1", {{"n", 6}})});
    CHECK(outcomes[0].status == DeltaStatus::Error);
    CHECK(outcomes[0].error_type.empty());
    CHECK(outcomes[1].status == DeltaStatus::Applied);
  }

  TEST_CASE("incomplete deltas are errors of their own") {
    DeltaFixture f;
    Json no_old = patch("1", {{"n", 6}});
    no_old.erase("old");
    Json no_new = patch("1", {{"n", 6}});
    no_new.erase("new");
    Json number = patch("1", Json::object());
    number["new"]["geometry"] = 5;
    const auto outcomes =
        f.apply_all({no_old, no_new, number, Json{{"method", "create"}},
                     Json{{"method", "delete"}, {"sourcePk", "1"}}, patch("1", {{"n", 7}})});
    for (int i = 0; i < 5; ++i)
      CHECK(outcomes[static_cast<std::size_t>(i)].status == DeltaStatus::Error);
    CHECK(outcomes[5].status == DeltaStatus::Applied);
  }

  TEST_CASE("a filter hides features from patch and delete, not from creates") {
    DeltaFixture f;
    for (const char* filter : {"name = 'b' -- note", "SELECT * FROM pts WHERE name = 'b'"}) {
      EditLayer layer = layer_of(f, "pts");
      layer.subset = filter;
      f.layers["some"] = layer;
      CHECK(f.apply(on("some", patch("1", {{"n", 6}}))).message == "Unable to find feature");
      CHECK(f.apply(on("some", patch("2", {{"n", 6}}))).message == kApplied);
    }
    CHECK(f.apply(on("some", create({{"fid", 1}, {"name", "z"}}))).modified_pk ==
          AttributeValue(std::int64_t{3}));
  }

  TEST_CASE("geometries fit the column or the delta fails") {
    DeltaFixture f;
    f.add_table("areas", "MULTIPOLYGON", {"name:String"});
    CHECK(f.apply(on("areas", create({{"name", "x"}}, "Polygon ((0 0,1 0,1 1,0 0))"))).message ==
          kApplied);
    CHECK(f.wkt("areas", 1) == "MULTIPOLYGON (((0 0,1 0,1 1,0 0)))");
    CHECK(
        f.apply(on("areas", create({{"name", "y"}}, "CurvePolygon (CircularString (0 0,2 0,0 0))")))
            .message == kApplied);
    const DeltaOutcome outcome = f.apply(on("areas", create({{"name", "z"}}, "Point (1 2)")));
    CHECK(outcome.message == "Failed to commit changes");
    CHECK(outcome.provider_errors[0] ==
          "Could not store a geometry of type POINT in a layer of type MULTIPOLYGON");
    CHECK(f.apply(on("areas", create(Json::object(), "Polygon EMPTY"))).message == kApplied);
    CHECK(f.apply(on("areas", create(Json::object()))).message == kApplied);
    CHECK(f.value("SELECT count(*) FROM areas") == "4");
  }

  TEST_CASE("what the table refuses fails with the provider's words") {
    DeltaFixture f;
    f.sql(
        "CREATE TABLE strict (fid INTEGER PRIMARY KEY, u TEXT UNIQUE, c INTEGER CHECK (c < 10), nn "
        "TEXT NOT NULL)");
    f.sql("INSERT INTO strict VALUES (1, 'a', 1, 'x'), (2, 'b', 1, 'x')");
    const auto refused = [&](const Json& delta) {
      const DeltaOutcome outcome = f.apply(on("strict", delta));
      CHECK(outcome.status == DeltaStatus::NotApplied);
      CHECK(outcome.message == "Failed to commit changes");
      REQUIRE(outcome.provider_errors.size() == 1);
      return outcome.provider_errors[0];
    };
    CHECK(refused(patch("1", {{"u", "b"}})) == "UNIQUE constraint failed: strict.u");
    CHECK(refused(patch("1", {{"c", 10}})).find("CHECK constraint failed") == 0);
    CHECK(refused(patch("1", {{"nn", nullptr}}, {{"nn", "x"}})) ==
          "NOT NULL constraint failed: strict.nn");
    CHECK(refused(create({{"c", 1}})) == "NOT NULL constraint failed: strict.nn");
    CHECK(refused(patch("1", {{"fid", 2}})) == "UNIQUE constraint failed: strict.fid");
    CHECK(f.apply(on("strict", create({{"u", "a"}, {"nn", "y"}}))).message == kApplied);
    CHECK(f.value("SELECT group_concat(u) FROM (SELECT u FROM strict ORDER BY fid)") == "a,b,a_1");
  }

  TEST_CASE("deferred foreign keys fail the delta that breaks them, not the job") {
    DeltaFixture f;
    f.sql("CREATE TABLE parent (fid INTEGER PRIMARY KEY)");
    f.sql("INSERT INTO parent VALUES (1)");
    f.sql(
        "CREATE TABLE child (fid INTEGER PRIMARY KEY, p INTEGER REFERENCES parent(fid) DEFERRABLE "
        "INITIALLY DEFERRED)");
    const auto outcomes =
        f.apply_all({on("child", create({{"p", 1}})), on("child", create({{"p", 5}})),
                     on("child", create({{"p", nullptr}}))});
    CHECK(outcomes[0].message == kApplied);
    CHECK(outcomes[1].provider_errors == std::vector<std::string>{"FOREIGN KEY constraint failed"});
    CHECK(outcomes[2].message == kApplied);
    CHECK(f.value("SELECT count(*) FROM child") == "2");
  }

  TEST_CASE("bees: boolean defaults that are texts, NOT NULL columns, small integers") {
    DeltaFixture f;
    f.sql(
        "CREATE TABLE apiary (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, nbr_of_boxes "
        "MEDIUMINT NOT "
        "NULL, bee_species TEXT, disease BOOLEAN DEFAULT 'False', strong BOOLEAN DEFAULT 'True', "
        "seen "
        "DATETIME, photo BLOB, small SMALLINT, at DATETIME DEFAULT "
        "(strftime('%Y-%m-%dT%H:%M:%fZ','now')))");
    CHECK(f.apply(on("apiary",
                     create({{"nbr_of_boxes", 4}, {"bee_species", "Apis"}, {"disease", nullptr}})))
              .message == kApplied);
    CHECK(f.value("SELECT typeof(disease) || disease || typeof(strong) || strong FROM apiary") ==
          "integer0integer1");
    CHECK(f.value("SELECT length(at) FROM apiary") == "24");
    CHECK(f.apply(on("apiary", create({{"bee_species", "Apis"}}))).provider_errors ==
          std::vector<std::string>{"NOT NULL constraint failed: apiary.nbr_of_boxes"});
    CHECK(f.apply(on("apiary", create({{"nbr_of_boxes", 3000000000}}))).message ==
          "Failed to commit changes");
    CHECK(f.apply(on("apiary", patch("1", {{"small", 40000}}))).message ==
          "Failed to commit changes");
    CHECK(f.apply(on("apiary", patch("1", {{"disease", true}}, {{"disease", false}})),
                  ConflictPolicy::Report)
              .message == kApplied);
    CHECK(f.apply(on("apiary", patch("1", {{"disease", false}}, {{"disease", 1}})),
                  ConflictPolicy::Report)
              .message == kApplied);
    f.sql("UPDATE apiary SET disease = 'False'");
    CHECK(f.apply(on("apiary", patch("1", {{"disease", true}}, {{"disease", false}})),
                  ConflictPolicy::Report)
              .message == kApplied);
    CHECK(f.apply(on("apiary",
                     patch("1", {{"seen", "2026-03-01T14:05:09.120+01:00"}, {"photo", "bytes"}})))
              .message == kApplied);
    CHECK(f.value("SELECT seen || typeof(photo) FROM apiary") == "2026-03-01T13:05:09.120Zblob");
    CHECK(f.apply(
               on("apiary", patch("1", {{"seen", "2026-03-01T14:05:09"}, {"photo", nullptr}},
                                  {{"seen", "2026-03-01T14:05:09.120+01:00"}, {"photo", "bytes"}})),
               ConflictPolicy::Report)
              .message == kApplied);
    CHECK(f.value("SELECT seen FROM apiary") == "2026-03-01T14:05:09.000Z");
    CHECK(f.value("SELECT seq FROM sqlite_sequence WHERE name='apiary'") == "1");
  }

  TEST_CASE("lists and maps are stored as JSON and compared element by element") {
    DeltaFixture f;
    CHECK(f.apply(patch("1", {{"name", {1, "b"}}}, {{"name", "a"}}), ConflictPolicy::Report)
              .message == kApplied);
    CHECK(f.value("SELECT name FROM pts WHERE fid=1") == "[1,\"b\"]");
    f.sql("UPDATE pts SET name = '[1, \"b\"]' WHERE fid=1");
    CHECK(f.apply(patch("1", {{"name", {{"k", nullptr}}}}, {{"name", {1, "b"}}}),
                  ConflictPolicy::Report)
              .message == kApplied);
    const DeltaOutcome outcome =
        f.apply(patch("1", {{"name", "x"}}, {{"name", {{"k", {true, 1.5, "it's"}}}}}),
                ConflictPolicy::Report);
    CHECK(outcome.conflicts[0] ==
          "The attribute \"name\" that has a conflict:\n-{\"k\":null}\n+{'k': [True, 1.5, "
          "\"it's\"]}");
  }

  TEST_CASE("default expressions fill what a create leaves open") {
    DeltaFixture f;
    f.sql(
        "CREATE TABLE notes (fid INTEGER PRIMARY KEY, id TEXT UNIQUE, day DATE, who TEXT DEFAULT "
        "'table', what TEXT)");
    EditLayer layer = layer_of(f, "notes");
    layer.default_expressions = {{"id", "uuid('WithoutBraces')"},
                                 {"day", "to_date(now())"},
                                 {"who", "@user_full_name"},
                                 {"what", "'x' || 'y'"}};
    f.layers["notes"] = layer;
    CHECK(f.apply(on("notes", create({{"id", nullptr}, {"day", nullptr}, {"who", nullptr}})))
              .message == kApplied);
    CHECK(f.value(
              "SELECT length(id) || '|' || length(day) || '|' || who || '|' || what FROM notes") ==
          "36|10|table|xy");
    CHECK(f.apply(on("notes", create({{"id", "mine"}, {"what", "told"}}))).message == kApplied);
    CHECK(f.value("SELECT id || what FROM notes WHERE fid=2") == "minetold");
    CHECK(f.apply(on("notes", create({{"id", "mine"}}))).message == kApplied);
    CHECK(f.value("SELECT length(id) FROM notes WHERE fid=3") == "36");
  }

  TEST_CASE("fields that the layer wants unique get a value of their own") {
    DeltaFixture f;
    EditLayer layer = layer_of(f, "pts");
    layer.unique_fields = {"name", "n"};
    f.layers["unique"] = layer;
    const auto outcomes = f.apply_all({on("unique", create({{"name", "a"}, {"n", 5}})),
                                       on("unique", create({{"name", "a"}, {"n", 5}})),
                                       on("unique", create({{"name", "free"}, {"n", 5}}))});
    for (const DeltaOutcome& outcome : outcomes) CHECK(outcome.message == kApplied);
    CHECK(
        f.value(
            "SELECT group_concat(name || n) FROM (SELECT * FROM pts WHERE fid > 2 ORDER BY fid)") ==
        "a_16,a_27,free8");
  }

  TEST_CASE("a key that would use up all keys is not taken over") {
    DeltaFixture f;
    CHECK(f.apply(create({{"fid", 9223372036854775807}})).modified_pk ==
          AttributeValue(std::int64_t{3}));
    CHECK(f.apply(patch("1", {{"fid", 9223372036854775807}})).message ==
          "Failed to commit changes");
    CHECK(f.apply(create(Json::object())).modified_pk == AttributeValue(std::int64_t{4}));
  }

  TEST_CASE("the extent grows, also from nothing, and last_change moves") {
    DeltaFixture f;
    f.sql(
        "UPDATE gpkg_contents SET last_change = '2000-01-01T00:00:00.000Z', min_x = NULL, max_x = "
        "NULL, "
        "min_y = NULL, max_y = NULL WHERE "
        "table_name = 'pts'");
    CHECK(f.apply(create(Json::object(), "Point (-5 100)")).message == kApplied);
    CHECK(f.value(
              "SELECT min_x || '|' || min_y || '|' || max_x || '|' || max_y FROM gpkg_contents") ==
          "-5.0|20.0|30.0|100.0");
    CHECK(f.value("SELECT last_change > '2020' FROM gpkg_contents") == "1");
  }

  TEST_CASE("without GDAL's triggers the feature count becomes unknown") {
    DeltaFixture f;
    f.sql("DROP TRIGGER trigger_insert_feature_count_pts");
    CHECK(f.apply(patch("1", {{"n", 6}})).message == kApplied);
    CHECK(f.value("SELECT feature_count FROM gpkg_ogr_contents") == "2");
    CHECK(f.apply(create(Json::object())).message == kApplied);
    CHECK(f.value("SELECT feature_count FROM gpkg_ogr_contents") == "NULL");
  }

  TEST_CASE("a delta without effect leaves the file alone") {
    DeltaFixture f;
    const auto before = std::filesystem::last_write_time(f.file());
    CHECK(f.apply(patch("1", {{"n", 5}}, {{"n", 5}})).message == kApplied);
    CHECK(f.changed.empty());
    CHECK(std::filesystem::last_write_time(f.file()) == before);
  }

  TEST_CASE("two layers of one table, and layers in two files, are one job") {
    DeltaFixture f;
    DeltaFixture g;
    EditLayer other = layer_of(f, "PTS");
    other.file = f.file().parent_path() / "." / f.file().filename();
    f.layers["again"] = other;
    f.layers["elsewhere"] = layer_of(g, "pts");
    f.apply_all({patch("1", {{"n", 6}}), on("again", patch("2", {{"n", 7}})),
                 on("elsewhere", patch("1", {{"n", 8}}))});
    CHECK(f.changed.size() == 2);
    CHECK(f.value("SELECT group_concat(n) FROM pts") == "6,7");
    CHECK(g.value("SELECT n FROM pts WHERE fid=1") == "8");
    CHECK(g.inconsistency() == "");
  }
}
