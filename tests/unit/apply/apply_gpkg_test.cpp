// GeoPackages: index, counts, extents and the format's own tables after an application.

#include <qfcsync/error.hpp>

#include "apply_fixture.hpp"
#include "unit/gpkg/delta_fixture.hpp"

#include <bit>
#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

std::string hex(const void* data, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += fmt::format("{:02x}", static_cast<const unsigned char*>(data)[i]);
  }
  return out;
}

/// SQL literal of a point as GDAL writes it in EPSG:2056; NaN makes it empty.
std::string point(double x, double y) {
  const double at[2] = {x, y};
  const char* flags = x != x ? "11" : "01";
  return fmt::format("x'475000{}08080000{}{}'", flags, "0101000000", hex(at, sizeof at));
}

struct GeoFile {
  GeoFile() {
    std::string rows;
    for (int i = 3; i <= 300; ++i) {
      rows += fmt::format("{}({}, {}, 'n{}')", i == 3 ? "" : ", ", i, point(i % 17, i / 17), i);
    }
    Sqlite(f.file()).run("INSERT INTO pts (fid, geom, name) VALUES " + rows +
                         "; UPDATE gpkg_contents SET min_x = 0, min_y = 0, max_x = 30, max_y = 40");
  }

  /// Base and edited copy: the changeset, applied to the file, must give the edited copy.
  void check(const std::string& sql) {
    const TemporaryFolder folder;
    const auto modified = folder / "modified.gpkg";
    std::filesystem::copy_file(f.file(), modified);
    Sqlite(modified).run(sql);
    apply(row_diff(f.file(), modified));
    CHECK(dump(f.file()) == dump(modified));
    CHECK(f.inconsistency() == "");
    check_filter();
  }

  ChangesetApplyResult apply(const std::string& changeset) {
    MemorySource source(changeset);
    const auto result = apply_changeset(f.file(), source);
    CHECK(texts(result) == "");
    CHECK(result.is_applied);
    return result;
  }

  /// What OGR finds by the index is what is there.
  void check_filter() const {
    GDALDatasetUniquePtr dataset(GDALDataset::Open(f.file().c_str(), GDAL_OF_VECTOR));
    OGRLayer* layer = dataset->GetLayerByName("pts");
    CHECK(layer->GetFeatureCount() == std::stoll(f.value("SELECT count(*) FROM pts")));
    int expected = 0;
    for (auto& feature : *layer) {
      const OGRGeometry* geometry = feature->GetGeometryRef();
      if (geometry == nullptr || geometry->IsEmpty()) continue;
      const OGRPoint* at = geometry->toPoint();
      if (at->getX() >= 3.5 && at->getX() <= 9.5 && at->getY() >= 2.5 && at->getY() <= 30)
        ++expected;
    }
    layer->SetSpatialFilterRect(3.5, 2.5, 9.5, 30);
    CHECK(layer->GetFeatureCount() == expected);
  }

  DeltaFixture f;
};

std::string random_edits(std::mt19937& random) {
  std::string sql;
  const auto number = [&](int limit) { return static_cast<int>(random() % unsigned(limit)); };
  for (int i = 0; i < 60; ++i) {
    const int fid = 1 + number(300);
    switch (number(8)) {
      case 0:
      case 1:
        sql += fmt::format("DELETE FROM pts WHERE fid = {};", fid);
        break;
      case 2:
      case 3:
        sql += fmt::format("INSERT OR IGNORE INTO pts (fid, geom, name) VALUES ({}, {}, 'new');",
                           number(2) ? fid : 1000 + number(100000), point(number(40), number(40)));
        break;
      case 4:
        sql += fmt::format("UPDATE pts SET geom = {} WHERE fid = {};",
                           point(number(1000) / 8.0, -number(1000) / 4.0), fid);
        break;
      case 5:
        sql += fmt::format("UPDATE pts SET geom = {} WHERE fid = {};",
                           number(2) ? "NULL" : point(NAN, NAN), fid);
        break;
      default:
        sql +=
            fmt::format("UPDATE pts SET name = 'x{}', n = {} WHERE fid = {};", i, number(99), fid);
    }
  }
  return sql;
}

}  // namespace

TEST_SUITE("apply/gpkg") {
  TEST_CASE("index, counts and extents are right after random edits") {
    for (unsigned seed = 1; seed <= 12; ++seed) {
      CAPTURE(seed);
      std::mt19937 random(seed);
      GeoFile g;
      // One kind of file in which triggers are run by us, and two in which they fire.
      if (seed % 3 == 1) {
        g.f.sql("CREATE TRIGGER mine AFTER INSERT ON pts BEGIN SELECT 1; END");
      } else if (seed % 3 == 2) {
        g.f.sql("DROP TRIGGER trigger_insert_feature_count_pts");
        g.f.sql("DROP TRIGGER trigger_delete_feature_count_pts");
      }
      for (int round = 0; round < 3; ++round) g.check(random_edits(random));
    }
  }

  TEST_CASE("half a set of counting triggers fires as it stands") {
    GeoFile g;
    g.f.sql("DROP TRIGGER trigger_delete_feature_count_pts");
    const TemporaryFolder folder;
    const auto modified = folder / "modified.gpkg";
    std::filesystem::copy_file(g.f.file(), modified);
    Sqlite(modified).run("DELETE FROM pts WHERE fid < 50; INSERT INTO pts (fid) VALUES (900)");
    g.apply(row_diff(g.f.file(), modified));
    CHECK(dump(g.f.file()) == dump(modified));
    CHECK(g.f.value("SELECT feature_count IS NULL FROM gpkg_ogr_contents") == "1");
  }

  TEST_CASE("a changed trigger of the index fires as it stands") {
    GeoFile g;
    g.f.sql("DROP TRIGGER rtree_pts_geom_insert");
    g.f.sql(
        "CREATE TRIGGER rtree_pts_geom_insert AFTER INSERT ON pts WHEN NEW.name <> 'hidden' "
        "BEGIN INSERT OR REPLACE INTO rtree_pts_geom VALUES (NEW.fid, ST_MinX(NEW.geom), "
        "ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END");
    const auto changeset =
        ChangesetBuilder()
            .table("pts", {1, 0, 0, 0, 0, 0, 0})
            .insert({ValueView::integer(700), ValueView::null(), ValueView::text("hidden"),
                     ValueView::null(), ValueView::null(), ValueView::null(), ValueView::null()})
            .finish();
    g.apply(changeset);
    CHECK(g.f.value("SELECT count(*) FROM rtree_pts_geom WHERE id = 700") == "0");
  }

  TEST_CASE("attributes alone do not touch the index") {
    GeoFile g;
    const std::string before = g.f.table("SELECT nodeno, hex(data) FROM rtree_pts_geom_node");
    g.f.sql(
        "CREATE TRIGGER spy AFTER UPDATE OF geom ON pts BEGIN SELECT RAISE(ABORT, 'geom'); END");
    g.check("UPDATE pts SET name = 'x' WHERE fid % 3 = 0");
    CHECK(g.f.table("SELECT nodeno, hex(data) FROM rtree_pts_geom_node") == before);
  }

  TEST_CASE("the time of the last change is noted, and only for tables that changed") {
    GeoFile g;
    g.f.add_table("other", "POINT", {"name:String"});
    Sqlite(g.f.file()).run("UPDATE gpkg_contents SET last_change = '2020-01-01T00:00:00.000Z'");
    g.check("DELETE FROM pts WHERE fid = 9");
    CHECK(g.f.value("SELECT last_change FROM gpkg_contents WHERE table_name = 'other'") ==
          "2020-01-01T00:00:00.000Z");
    CHECK(g.f.value("SELECT last_change > '2026' FROM gpkg_contents WHERE table_name = 'pts'") ==
          "1");
  }

  TEST_CASE("recorded changes of derived tables are no hindrance and are not made twice") {
    GeoFile g;
    const TemporaryFolder folder;
    const auto modified = folder / "modified.gpkg";
    std::filesystem::copy_file(g.f.file(), modified);
    const std::string changeset =
        record(modified, "DELETE FROM pts WHERE fid < 20; INSERT INTO pts (geom) VALUES (" +
                             point(99, 99) +
                             "); UPDATE gpkg_contents SET last_change = '2026-01-01', "
                             "max_x = 99, identifier = 'points' WHERE table_name = 'pts'");
    for (const char* name : {"rtree_pts_geom_node", "gpkg_ogr_contents", "gpkg_contents"}) {
      CHECK(changeset.find(name) != std::string::npos);
    }
    // The derived values differ here: that is nobody's edit.
    Sqlite(g.f.file()).run("UPDATE gpkg_contents SET last_change = '2021-01-01', max_x = 55");
    g.apply(changeset);
    CHECK(dump(g.f.file()) == dump(modified));
    CHECK(g.f.inconsistency() == "");
    CHECK(g.f.value("SELECT identifier FROM gpkg_contents") == "points");
    CHECK(g.f.value("SELECT max_x FROM gpkg_contents") == "99.0");
  }

  TEST_CASE("a new layer's entries are rows like others") {
    GeoFile g;
    g.f.add_table("other", "POINT", {"name:String"});
    g.check(
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('mine', 990001, 'me', 1, 'x', NULL); UPDATE "
        "gpkg_spatial_ref_sys SET description = 'd' WHERE srs_id = 4326");
  }

  TEST_CASE("children of a cascade leave the index of their layer") {
    GeoFile g;
    Sqlite(g.f.file())
        .run(
            "CREATE TABLE owners (id INTEGER PRIMARY KEY); INSERT INTO owners VALUES (1), (2); "
            "ALTER TABLE pts ADD COLUMN owner INTEGER REFERENCES owners ON DELETE CASCADE; UPDATE "
            "pts SET owner = 1 + (fid % 2)");
    g.check("DELETE FROM owners WHERE id = 1");
    // The same where the changeset knows nothing of the children.
    g.apply(ChangesetBuilder().table("owners", {1}).remove({ValueView::integer(2)}).finish());
    CHECK(g.f.value("SELECT count(*) FROM pts") == "0");
    CHECK(g.f.inconsistency() == "");
  }
}
