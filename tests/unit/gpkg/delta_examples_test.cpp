// The worked examples of the deltafile format, E1 to E22. E20 (rights) is decided at intake.

#include "delta_fixture.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using test::DeltaFixture;
using test::Json;

namespace {

constexpr auto kReport = ConflictPolicy::Report;
constexpr auto kOverwrite = ConflictPolicy::Overwrite;
const std::string kApplied = "Successfully applied delta!";

Json patch(const std::string& pk, Json old_attributes, Json new_attributes) {
  return {{"method", "patch"},
          {"localPk", pk},
          {"sourcePk", pk},
          {"old", {{"attributes", std::move(old_attributes)}}},
          {"new", {{"attributes", std::move(new_attributes)}}}};
}

Json geometry_patch(Json geometry) {
  Json delta = patch("1", {{"fid", 1}, {"name", "a"}}, Json::object());
  delta["old"]["geometry"] = "Point (10 20)";
  delta["new"]["geometry"] = std::move(geometry);
  return delta;
}

Json example1() {
  return patch("1",
               {{"fid", 1}, {"name", "a"}, {"n", 5}, {"r", 1.5}, {"d", "2026-01-01"}, {"ok", true}},
               {{"n", 6}});
}

Json create(Json fid = nullptr) {
  return {{"method", "create"},
          {"localPk", "3"},
          {"new",
           {{"geometry", "Point (50 60)"},
            {"attributes",
             {{"fid_1", 3},
              {"fid", fid},
              {"name", "c"},
              {"n", 7},
              {"r", 2.25},
              {"d", "2026-03-01"},
              {"ok", false}}}}}};
}

Json deletion() {
  return {{"method", "delete"},
          {"localPk", "2"},
          {"sourcePk", "2"},
          {"old",
           {{"geometry", "Point (30 40)"},
            {"attributes",
             {{"fid", 2},
              {"name", "b"},
              {"n", nullptr},
              {"r", nullptr},
              {"d", nullptr},
              {"ok", nullptr}}}}}};
}

Json later_patch() {
  Json delta = patch("3", {{"fid_1", 3}, {"fid", nullptr}, {"name", "c"}}, {{"name", "cc"}});
  delta["sourcePk"] = "";
  return delta;
}

const std::string kRow1 = "1|POINT (10 20)|a|5|1.5|2026-01-01|1";

}  // namespace

TEST_SUITE("gpkg/delta_examples") {
  TEST_CASE("E1 a patch writes what changed") {
    DeltaFixture f;
    const DeltaOutcome outcome = f.apply(example1(), kReport);
    CHECK(outcome.status == DeltaStatus::Applied);
    CHECK(outcome.message == kApplied);
    CHECK(outcome.modified_pk == AttributeValue(std::int64_t{1}));
    CHECK(f.row(1) == "1|POINT (10 20)|a|6|1.5|2026-01-01|1");
    CHECK(f.changed == std::vector<std::filesystem::path>{f.file()});
  }

  TEST_CASE("E2 a concurrent change conflicts, or survives next to the patch") {
    DeltaFixture f;
    f.sql("UPDATE pts SET name='z' WHERE fid=1");
    const DeltaOutcome refused = f.apply(example1(), kReport);
    CHECK(refused.status == DeltaStatus::Conflict);
    CHECK(refused.error_type == "CONFLICT");
    CHECK(refused.message == "There are conflicts with the already existing feature!");
    CHECK(refused.conflicts ==
          std::vector<std::string>{"The attribute \"name\" that has a conflict:\n-z\n+a"});
    CHECK(refused.modified_pk == AttributeValue());
    CHECK(f.row(1) == "1|POINT (10 20)|z|5|1.5|2026-01-01|1");
    CHECK(f.changed.empty());
    CHECK(f.apply(example1(), kOverwrite).status == DeltaStatus::Applied);
    CHECK(f.row(1) == "1|POINT (10 20)|z|6|1.5|2026-01-01|1");
  }

  TEST_CASE("E3 only listed attributes are compared") {
    DeltaFixture f;
    f.sql("UPDATE pts SET name='z' WHERE fid=1");
    CHECK(f.apply(patch("1", {{"n", 5}}, {{"n", 6}}), kReport).status == DeltaStatus::Applied);
    CHECK(f.row(1) == "1|POINT (10 20)|z|6|1.5|2026-01-01|1");
  }

  TEST_CASE("E4 NULL and 0 differ, in both directions") {
    DeltaFixture f;
    CHECK(f.apply(patch("2", {{"fid", 2}, {"name", "b"}, {"n", nullptr}}, {{"n", 0}}), kReport)
              .status == DeltaStatus::Applied);
    CHECK(f.value("SELECT n FROM pts WHERE fid=2") == "0");
    CHECK(f.apply(patch("2", {{"n", 0}}, {{"n", nullptr}}), kReport).status ==
          DeltaStatus::Applied);
    CHECK(f.value("SELECT n FROM pts WHERE fid=2") == "NULL");
  }

  TEST_CASE("E5 geometries are set without being compared") {
    DeltaFixture f;
    CHECK(f.apply(geometry_patch("Point (11 21)"), kReport).status == DeltaStatus::Applied);
    CHECK(f.row(1) == "1|POINT (11 21)|a|5|1.5|2026-01-01|1");
    CHECK(f.apply(geometry_patch("Point (99 99)")).status == DeltaStatus::Applied);
    CHECK(f.apply(geometry_patch("Point (11 21)"), kReport).status == DeltaStatus::Applied);
    CHECK(f.wkt("pts", 1) == "POINT (11 21)");
  }

  TEST_CASE("E6 null removes the geometry, a bad one changes nothing") {
    DeltaFixture f;
    Json bad = geometry_patch("Point (1");
    bad["new"]["attributes"]["n"] = 9;
    bad["old"]["attributes"]["n"] = 5;
    DeltaOutcome outcome = f.apply(bad);
    CHECK(outcome.status == DeltaStatus::NotApplied);
    CHECK(outcome.error_type == "ERROR");
    CHECK(outcome.message == "Null geometry from wkt='Point (1'");
    CHECK(f.row(1) == kRow1);
    outcome = f.apply(geometry_patch(""));
    CHECK(outcome.status == DeltaStatus::NotApplied);
    CHECK(outcome.message == "Empty WKT string!");
    f.sql("UPDATE pts SET geom = (SELECT geom FROM pts WHERE fid = 2) WHERE fid = 1");
    CHECK(f.apply(geometry_patch("Point (10 20)")).status == DeltaStatus::Applied);
    CHECK(f.wkt("pts", 1) == "POINT (30 40)");
    CHECK(f.apply(geometry_patch(nullptr)).status == DeltaStatus::Applied);
    CHECK(f.row(1) == "1|NULL|a|5|1.5|2026-01-01|1");
  }

  TEST_CASE("E7 a create without key gets one") {
    DeltaFixture f;
    const DeltaOutcome outcome = f.apply(create());
    CHECK(outcome.status == DeltaStatus::Applied);
    CHECK(outcome.modified_pk == AttributeValue(std::int64_t{3}));
    CHECK(f.row(3) == "3|POINT (50 60)|c|7|2.25|2026-03-01|0");
    CHECK(f.client_keys.at("C1__pts__3") == "3");
    CHECK(f.value("SELECT seq FROM sqlite_sequence WHERE name='pts'") == "3");
  }

  TEST_CASE("E8 a create with a used key gets another one, with a free one keeps it") {
    DeltaFixture f;
    CHECK(f.apply(create(1)).modified_pk == AttributeValue(std::int64_t{3}));
    CHECK(f.row(1) == kRow1);
    CHECK(f.row(3) == "3|POINT (50 60)|c|7|2.25|2026-03-01|0");
    CHECK(f.apply(create(77)).modified_pk == AttributeValue(std::int64_t{77}));
    CHECK(f.row(77) == "77|POINT (50 60)|c|7|2.25|2026-03-01|0");
    CHECK(f.value("SELECT seq FROM sqlite_sequence WHERE name='pts'") == "77");
  }

  TEST_CASE("E9 the client map finds a feature of the device, its key is no conflict") {
    DeltaFixture f;
    f.sql("INSERT INTO pts (fid, name) VALUES (3, 'other')");
    CHECK(f.apply(create()).modified_pk == AttributeValue(std::int64_t{4}));
    CHECK(f.client_keys.at("C1__pts__3") == "4");
    const DeltaOutcome outcome = f.apply(later_patch(), kReport);
    CHECK(outcome.status == DeltaStatus::Applied);
    CHECK(outcome.modified_pk == AttributeValue(std::int64_t{4}));
    CHECK(f.value("SELECT name FROM pts WHERE fid=4") == "cc");
    CHECK(f.value("SELECT name FROM pts WHERE fid=3") == "other");
  }

  TEST_CASE("E9 in one job: the map is extended while applying") {
    DeltaFixture f;
    Json again = patch("3", {{"name", "cc"}}, {{"fid", 50}});
    Json gone = patch("3", {{"fid", nullptr}}, Json::object());
    gone["method"] = "delete";
    for (Json* delta : {&again, &gone}) (*delta)["sourcePk"] = "";
    const auto outcomes = f.apply_all({create(), later_patch(), again, gone}, kReport);
    for (const DeltaOutcome& outcome : outcomes) CHECK(outcome.message == kApplied);
    CHECK(outcomes[2].modified_pk == AttributeValue(std::int64_t{50}));
    CHECK(outcomes[3].modified_pk == AttributeValue(std::int64_t{50}));
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
  }

  TEST_CASE("E10 the map of one client does not serve another") {
    DeltaFixture f;
    f.apply(create());
    Json delta = later_patch();
    delta["clientId"] = "C2";
    const DeltaOutcome outcome = f.apply(delta);
    CHECK(outcome.status == DeltaStatus::NotApplied);
    CHECK(outcome.message == "Unable to find feature");
  }

  TEST_CASE("E11 the map keeps layers apart") {
    DeltaFixture f;
    f.add_table("lines", "LINESTRING", {"name:String"});
    f.client_keys = {{"C1__pts__5", "1"}, {"C1__lines__5", "9"}};
    f.sql("INSERT INTO lines (fid, name) VALUES (9, 'x'), (1, 'y')");
    Json on_points{{"method", "delete"}, {"localPk", "5"}, {"old", Json::object()}};
    Json on_lines = on_points;
    on_lines["localLayerId"] = "lines";
    const auto outcomes = f.apply_all({on_points, on_lines});
    CHECK(outcomes[0].modified_pk == AttributeValue(std::int64_t{1}));
    CHECK(outcomes[1].modified_pk == AttributeValue(std::int64_t{9}));
    CHECK(f.value("SELECT group_concat(fid) FROM lines") == "1");
    CHECK(f.value("SELECT group_concat(fid) FROM pts") == "2");
  }

  TEST_CASE("E12 a delete removes once; a concurrent change conflicts") {
    DeltaFixture f;
    f.sql("UPDATE pts SET n=1 WHERE fid=2");
    const DeltaOutcome refused = f.apply(deletion(), kReport);
    CHECK(refused.status == DeltaStatus::Conflict);
    CHECK(refused.conflicts ==
          std::vector<std::string>{"The attribute \"n\" that has a conflict:\n-1\n+None"});
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
    const DeltaOutcome done = f.apply(deletion());
    CHECK(done.status == DeltaStatus::Applied);
    CHECK(done.conflicts.size() == 1);
    CHECK(done.modified_pk == AttributeValue(std::int64_t{2}));
    CHECK(f.value("SELECT count(*) FROM pts") == "1");
    CHECK(f.apply(deletion()).message == "Unable to find feature");
  }

  TEST_CASE("E13 a failing delta leaves its neighbours alone") {
    DeltaFixture f;
    Json elsewhere = example1();
    elsewhere["localLayerId"] = elsewhere["sourceLayerId"] = "nope";
    const auto outcomes = f.apply_all({example1(), elsewhere, create()});
    CHECK(outcomes[0].status == DeltaStatus::Applied);
    CHECK(outcomes[1].status == DeltaStatus::NotApplied);
    CHECK(outcomes[1].message == "No layer with id \"nope\"");
    CHECK(outcomes[1].layer_id == "nope");
    CHECK(outcomes[2].status == DeltaStatus::Applied);
    CHECK(outcomes[2].index == 2);
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "6");
    CHECK(f.value("SELECT count(*) FROM pts") == "3");
  }

  TEST_CASE("E14 an attribute that the layer does not have cannot be set") {
    DeltaFixture f;
    const DeltaOutcome outcome =
        f.apply(patch("1", {{"n", 5}, {"ghost", 1}}, {{"n", 6}, {"ghost", 2}}));
    CHECK(outcome.status == DeltaStatus::NotApplied);
    CHECK(outcome.message == "Unable to change attribute \"ghost\"");
    CHECK(f.row(1) == kRow1);
    CHECK(f.apply(patch("1", {{"n", 5}, {"ghost", 1}}, {{"n", 6}, {"ghost", 1}})).status ==
          DeltaStatus::Applied);
  }

  TEST_CASE("E15 an attribute that is only in new is applied, null is not") {
    DeltaFixture f;
    CHECK(f.apply(patch("1", Json::object(), {{"n", nullptr}}), kReport).status ==
          DeltaStatus::Applied);
    CHECK(f.row(1) == kRow1);
    CHECK(f.apply(patch("1", Json::object(), {{"n", 6}}), kReport).status == DeltaStatus::Applied);
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "6");
  }

  TEST_CASE("E16 number texts become numbers, impossible dates are refused") {
    DeltaFixture f;
    CHECK(f.apply(patch("1", {{"d", "2026-01-01"}, {"r", 1.5}}, {{"r", "2.5"}}), kReport).status ==
          DeltaStatus::Applied);
    CHECK(f.value("SELECT typeof(r) || r FROM pts WHERE fid=1") == "real2.5");
    const DeltaOutcome outcome = f.apply(patch("1", {{"d", "2026-01-01"}}, {{"d", "2026-02-29"}}));
    CHECK(outcome.status == DeltaStatus::NotApplied);
    CHECK(outcome.message == "Failed to commit changes");
    CHECK(outcome.provider_errors.size() == 1);
    CHECK(f.value("SELECT d FROM pts WHERE fid=1") == "2026-01-01");
    CHECK(f.apply(patch("1", {{"d", "2026-01-01"}}, {{"d", "2028-02-29"}}), kReport).status ==
          DeltaStatus::Applied);
  }

  TEST_CASE("E17 64-bit integers stay exact, 5.0 equals 5, \"5\" does not") {
    DeltaFixture f;
    CHECK(f.apply(patch("1", {{"n", 5.0}}, {{"n", 9007199254740993}}), kReport).status ==
          DeltaStatus::Applied);
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "9007199254740993");
    CHECK(f.apply(patch("1", {{"n", 9007199254740992.0}}, {{"n", 5}}), kReport).status ==
          DeltaStatus::Conflict);
    CHECK(f.apply(patch("1", {{"n", 9007199254740993}}, {{"n", 5}}), kReport).status ==
          DeltaStatus::Applied);
    const DeltaOutcome outcome = f.apply(patch("1", {{"n", "5"}}, {{"n", 6}}), kReport);
    CHECK(outcome.status == DeltaStatus::Conflict);
    CHECK(outcome.conflicts[0] == "The attribute \"n\" that has a conflict:\n-5\n+5");
  }

  TEST_CASE("E18 U+0000 vanishes, nan and missing z become 0") {
    DeltaFixture f;
    f.apply(patch("1", {{"name", "a"}}, {{"name", std::string("x\0y", 3)}}));
    CHECK(f.value("SELECT name FROM pts WHERE fid=1") == "xy");
    f.add_table("high", "POINTZ", {"name:String"});
    for (const char* wkt : {"PointZ (1 2 nan)", "Point (1 2)"}) {
      const Json delta{{"method", "create"},
                       {"localLayerId", "high"},
                       {"sourceLayerId", "high"},
                       {"new", {{"geometry", wkt}}}};
      CHECK(f.apply(delta).message == kApplied);
    }
    CHECK(f.wkt("high", 1) == "POINT Z (1 2 0)");
    CHECK(f.wkt("high", 2) == "POINT Z (1 2 0)");
  }

  TEST_CASE("E19 a table without geometry and with a key by name only") {
    DeltaFixture f;
    f.sql("CREATE TABLE plain (\"FID\" INTEGER, name TEXT)");
    f.sql("INSERT INTO plain VALUES (7, 'x'), (8, 'y')");
    f.sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('plain', "
        "'attributes', 'plain')");
    Json change = patch("7", {{"FID", 7}, {"name", "x"}}, {{"name", "xx"}});
    change["localLayerId"] = change["sourceLayerId"] = "plain";
    for (const char* wkt : {"", "rubbish", "Point (1 2)"}) {
      change["new"]["geometry"] = wkt;
      CHECK(f.apply(change).message == kApplied);
    }
    CHECK(f.value("SELECT name FROM plain WHERE FID=7") == "xx");
    Json made{{"method", "create"},
              {"localLayerId", "plain"},
              {"sourceLayerId", "plain"},
              {"localPk", "9"},
              {"new", {{"geometry", nullptr}, {"attributes", {{"FID", nullptr}, {"name", "z"}}}}}};
    CHECK(f.apply(made).modified_pk == AttributeValue(std::int64_t{9}));
    made["new"]["geometry"] = "";
    CHECK(f.apply(made).message == "Empty WKT string!");
    made["new"]["geometry"] = "Point (1 2)";
    CHECK(f.apply(made).message == kApplied);
    CHECK(f.value("SELECT count(*) FROM plain") == "4");
  }

  TEST_CASE("E21 without a source layer the local one counts") {
    DeltaFixture f;
    Json delta = example1();
    delta["sourceLayerId"] = "";
    const DeltaOutcome outcome = f.apply(delta);
    CHECK(outcome.status == DeltaStatus::Applied);
    CHECK(outcome.layer_id == "pts");
  }

  TEST_CASE("E22 what QField's merging leaves is applied in its order") {
    DeltaFixture f;
    Json made = create();
    made["new"]["attributes"]["name"] = "d";
    Json gone = deletion();
    gone["old"]["attributes"]["name"] = "bb";
    const auto outcomes =
        f.apply_all({made, patch("2", {{"name", "b"}}, {{"name", "bb"}}), gone}, kReport);
    for (const DeltaOutcome& outcome : outcomes) CHECK(outcome.message == kApplied);
    CHECK(f.value("SELECT group_concat(fid || name) FROM pts") == "1a,3d");
  }
}
