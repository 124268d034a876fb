// data.gpkg as GDAL sees it: every row, type and index of the source.
#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "packaged_project.hpp"

#include <memory>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

namespace {

using namespace qfcsync;
using test::PackagedProject;
using test::ProjectText;
using test::TemporaryFolder;

struct Dataset {
  explicit Dataset(const std::filesystem::path& file)
      : handle(GDALOpenEx(file.c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr), GDALClose) {
    REQUIRE(handle != nullptr);
  }
  OGRLayerH layer(const std::string& name) const {
    OGRLayerH found = GDALDatasetGetLayerByName(handle.get(), name.c_str());
    REQUIRE(found != nullptr);
    return found;
  }
  std::unique_ptr<void, void (*)(void*)> handle;
};

std::string table_of(const std::string& uri) { return base::sha256_hex(uri); }

int count(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database(file.string());
  return database.execAndGet(sql).getInt();
}

std::string text(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database(file.string());
  return database.execAndGet(sql).getString();
}

void check_same_fields(OGRFeatureDefnH source, OGRFeatureDefnH copy) {
  for (int i = 0; i < OGR_FD_GetFieldCount(source); ++i) {
    OGRFieldDefnH a = OGR_FD_GetFieldDefn(source, i);
    OGRFieldDefnH b = OGR_FD_GetFieldDefn(copy, i + 1);
    CAPTURE(std::string(OGR_Fld_GetNameRef(a)));
    CHECK(std::string(OGR_Fld_GetNameRef(a)) == OGR_Fld_GetNameRef(b));
    CHECK(OGR_Fld_GetType(a) == OGR_Fld_GetType(b));
    CHECK(OGR_Fld_GetSubType(a) == OGR_Fld_GetSubType(b));
    CHECK(OGR_Fld_GetWidth(a) == OGR_Fld_GetWidth(b));
  }
}

void check_same_row(OGRFeatureH source, OGRFeatureH copy) {
  CHECK(OGR_F_GetFieldAsInteger64(copy, 0) == OGR_F_GetFID(source));
  for (int i = 0; i < OGR_F_GetFieldCount(source); ++i) {
    CHECK(OGR_F_IsFieldNull(source, i) == OGR_F_IsFieldNull(copy, i + 1));
    CHECK(std::string(OGR_F_GetFieldAsString(source, i)) == OGR_F_GetFieldAsString(copy, i + 1));
  }
  OGRGeometryH a = OGR_F_GetGeometryRef(source);
  OGRGeometryH b = OGR_F_GetGeometryRef(copy);
  REQUIRE((a == nullptr) == (b == nullptr));
  if (a != nullptr) CHECK(OGR_G_Equals(a, b));
}

void check_index(const std::filesystem::path& file, const std::string& table, int rows) {
  CHECK(text(file, "SELECT rtreecheck('rtree_" + table + "_geom')") == "ok");
  CHECK(count(file, "SELECT count(*) FROM rtree_" + table + "_geom") == rows);
  CHECK(text(file, "PRAGMA integrity_check") == "ok");
  CHECK(count(file, "SELECT count(*) FROM pragma_foreign_key_check()") == 0);
}

}  // namespace

TEST_SUITE("project/package_data") {
  TEST_CASE("GDAL reads the same rows and types from data.gpkg as from the source") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 300);
    const PackagedProject packaged(
        folder.path(), {.layers = {{.id = "trees", .source = "./t.gpkg|layername=trees"}}});
    const std::string table = table_of("./t.gpkg|layername=trees");
    CHECK(packaged.source("trees") == "./data.gpkg|layername=" + table);

    const Dataset source(folder / "t.gpkg");
    const Dataset copy(packaged.output / "data.gpkg");
    OGRLayerH a = source.layer("trees");
    OGRLayerH b = copy.layer(table);
    CHECK(std::string(OGR_L_GetFIDColumn(b)) == "fid_1");
    CHECK(std::string(OGR_L_GetGeometryColumn(b)) == "geom");
    CHECK(OGR_L_GetGeomType(a) == OGR_L_GetGeomType(b));
    CHECK(OSRIsSame(OGR_L_GetSpatialRef(a), OGR_L_GetSpatialRef(b)));
    CHECK(OGR_L_TestCapability(b, OLCFastSpatialFilter));
    CHECK(OGR_L_TestCapability(b, OLCFastFeatureCount));
    check_same_fields(OGR_L_GetLayerDefn(a), OGR_L_GetLayerDefn(b));
    REQUIRE(OGR_L_GetFeatureCount(a, TRUE) == OGR_L_GetFeatureCount(b, TRUE));
    for (GIntBig fid = 1; fid <= 300; ++fid) {
      OGRFeatureH source_row = OGR_L_GetFeature(a, fid);
      OGRFeatureH copied_row = OGR_L_GetFeature(b, fid);
      REQUIRE(source_row != nullptr);
      REQUIRE(copied_row != nullptr);
      check_same_row(source_row, copied_row);
      OGR_F_Destroy(source_row);
      OGR_F_Destroy(copied_row);
    }
    check_index(packaged.output / "data.gpkg", table, 299);
  }

  TEST_CASE("GDAL edits the packaged table and its triggers keep index and count") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 200);
    const PackagedProject packaged(folder.path(), {.layers = {{.id = "a", .source = "./t.gpkg"}}});
    const std::string table = table_of("./t.gpkg");
    const std::filesystem::path file = packaged.output / "data.gpkg";
    {
      GDALDatasetH dataset =
          GDALOpenEx(file.c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE, nullptr, nullptr, nullptr);
      REQUIRE(dataset != nullptr);
      const auto run = [&](const std::string& sql) {
        GDALDatasetReleaseResultSet(dataset,
                                    GDALDatasetExecuteSQL(dataset, sql.c_str(), nullptr, nullptr));
      };
      run("DELETE FROM \"" + table + "\" WHERE fid_1 <= 50");
      run("INSERT INTO \"" + table + "\" (geom, species) SELECT geom, 'new' FROM \"" + table +
          "\" WHERE fid_1 = 60");
      run("UPDATE \"" + table + "\" SET geom = NULL WHERE fid_1 = 70");
      GDALClose(dataset);
    }
    check_index(file, table, 150);
    CHECK(count(file, "SELECT feature_count FROM gpkg_ogr_contents") == 151);
    CHECK(count(file, "SELECT max(fid_1) FROM \"" + table + "\"") == 201);
  }

  TEST_CASE("the system tables are those of a GeoPackage") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 5);
    const PackagedProject packaged(folder.path(), {.layers = {{.id = "a", .source = "./t.gpkg"}}});
    const std::filesystem::path file = packaged.output / "data.gpkg";
    const std::string table = table_of("./t.gpkg");
    CHECK(count(file, "PRAGMA application_id") == 0x47504B47);
    CHECK(count(file, "PRAGMA user_version") == 10300);
    CHECK(text(file, "PRAGMA journal_mode") == "delete");
    CHECK(text(file, "SELECT table_name || data_type || identifier || srs_id FROM gpkg_contents") ==
          table + "features" + table + "2056");
    CHECK(text(file, "SELECT last_change FROM gpkg_contents") == "2000-01-01T00:00:00.000Z");
    CHECK(text(file,
               "SELECT min_x || ' ' || max_x || ' ' || min_y || ' ' || max_y FROM "
               "gpkg_contents") == "2600001.0 2600005.0 1199995.0 1199999.0");
    CHECK(text(file, "SELECT geometry_type_name || srs_id || z || m FROM gpkg_geometry_columns") ==
          "POINT205600");
    CHECK(count(file,
                "SELECT count(*) FROM gpkg_extensions WHERE extension_name = "
                "'gpkg_rtree_index'") == 1);
    CHECK(count(file, "SELECT feature_count FROM gpkg_ogr_contents") == 5);
    CHECK(count(file,
                "SELECT count(*) FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326, "
                "2056)") == 4);
    CHECK(count(file, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'log_%'") == 0);
  }

  TEST_CASE("the new key never takes the name of a field or an alias") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    {
      SQLite::Database database((folder / "t.gpkg").string(), SQLite::OPEN_READWRITE);
      database.exec(
          "CREATE TABLE other (ogc_id INTEGER PRIMARY KEY, name TEXT, geom TEXT);"
          "CREATE TABLE crowded (fid INTEGER PRIMARY KEY, FID_1 TEXT);"
          "CREATE TABLE alias (ogc_id INTEGER PRIMARY KEY);"
          "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('other', "
          "'attributes', 'other'), ('crowded', 'attributes', 'c'), ('alias', 'attributes', 'd')");
    }
    const PackagedProject packaged(
        folder.path(),
        {.layers = {{.id = "o", .source = "./t.gpkg|layername=other"},
                    {.id = "c", .source = "./t.gpkg|layername=crowded"},
                    {.id = "a",
                     .source = "./t.gpkg|layername=alias",
                     .children = "<aliases><alias field=\"ogc_id\" name=\"Fid\"/></aliases>"}}});
    const Dataset copy(packaged.output / "data.gpkg");
    const auto key = [&](const char* uri) {
      return std::string(OGR_L_GetFIDColumn(copy.layer(table_of(uri))));
    };
    CHECK(key("./t.gpkg|layername=other") == "fid");
    CHECK(key("./t.gpkg|layername=crowded") == "fid_2");
    CHECK(key("./t.gpkg|layername=alias") == "fid_1");
    CHECK(packaged.property("o", "QFieldSync/sourceDataPrimaryKeys") == "ogc_id");
  }

  TEST_CASE("layers of one source share a table with the rows that any of them shows") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 70);
    const std::string uri = "./t.gpkg|layername=trees";
    const auto rows = [&](const std::string& first, const std::string& second) {
      const PackagedProject packaged(
          folder.path(),
          {.layers = {{.id = "a", .source = uri + first}, {.id = "b", .source = uri + second}}});
      CHECK(packaged.source("a") == "./data.gpkg|layername=" + table_of(uri) + first);
      CHECK(packaged.source("b") == "./data.gpkg|layername=" + table_of(uri) + second);
      return count(packaged.output / "data.gpkg", "SELECT count(*) FROM \"" + table_of(uri) + "\"");
    };
    CHECK(rows("|subset=state = 1 -- a", "|subset=\"state\" = 2 OR state = 3") == 30);
    CHECK(rows("|subset=state = 1", "") == 70);
  }

  TEST_CASE("only rows in the area of interest go along when the project asks for it") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 100);
    const auto rows = [&](const char* clip, const char* crs, const char* wkt) {
      const PackagedProject packaged(
          folder.path(),
          {.layers = {{.id = "a", .source = "./t.gpkg"}},
           .properties = fmt::format("<qfieldsync><offlineCopyOnlyAoi type=\"bool\">{}"
                                     "</offlineCopyOnlyAoi><areaOfInterest>{}</areaOfInterest>"
                                     "<areaOfInterestCrs>{}</areaOfInterestCrs></qfieldsync>",
                                     clip, wkt, crs)});
      return count(packaged.output / "data.gpkg",
                   "SELECT count(*) FROM \"" + table_of("./t.gpkg") + "\"");
    };
    const char* area =
        "Polygon ((2600010 1199900, 2600020 1199900, 2600020 1200000, 2600010 1199900))";
    CHECK(rows("true", "EPSG:2056", area) == 11);
    CHECK(rows("1", "EPSG:2056", area) == 11);
    CHECK(rows("false", "EPSG:2056", area) == 100);
    CHECK(rows("true", "", area) == 100);
    CHECK(rows("true", "EPSG:4326", "Polygon ((0 0, 1 0, 1 1, 0 0))") == 0);
    CHECK(rows("true", "EPSG:4326", "Polygon ((7 46, 8 46, 8 47, 7 46))") == 99);
    CHECK_THROWS_AS(rows("true", "EPSG:2056", "nonsense"), Error);
  }

  TEST_CASE("two systems under one number stay two") {
    const TemporaryFolder folder;
    const auto make = [&](const char* name, const char* definition) {
      test::write_trees(folder / name, 3);
      SQLite::Database database((folder / name).string(), SQLite::OPEN_READWRITE);
      database.exec(fmt::format(
          "INSERT INTO gpkg_spatial_ref_sys VALUES ('own', 100500, 'NONE', 100500, '{}', '');"
          "UPDATE gpkg_geometry_columns SET srs_id = 100500; UPDATE gpkg_contents SET srs_id = "
          "100500",
          definition));
    };
    make("a.gpkg", "LOCAL_CS[\"a\"]");
    make("b.gpkg", "LOCAL_CS[\"b\"]");
    const PackagedProject packaged(folder.path(), {.layers = {{.id = "a", .source = "./a.gpkg"},
                                                              {.id = "b", .source = "./b.gpkg"}}});
    const std::filesystem::path file = packaged.output / "data.gpkg";
    const auto definition = [&](const char* uri) {
      return text(file,
                  "SELECT definition || srs_id FROM gpkg_spatial_ref_sys JOIN "
                  "gpkg_geometry_columns USING (srs_id) WHERE table_name = '" +
                      table_of(uri) + "'");
    };
    CHECK(definition("./a.gpkg") == "LOCAL_CS[\"a\"]100500");
    CHECK(definition("./b.gpkg") == "LOCAL_CS[\"b\"]100501");
    CHECK(text(file, "SELECT hex(substr(geom, 5, 4)) FROM \"" + table_of("./b.gpkg") + "\"") ==
          "95880100");
    check_index(file, table_of("./b.gpkg"), 2);
  }

  TEST_CASE("the same project gives the same bytes, wherever it lies") {
    const TemporaryFolder folder;
    const auto make = [&](const char* name) {
      test::write_trees(folder / name / "t.gpkg", 200);
      std::filesystem::remove(folder / name / "t.gpkg");
      std::filesystem::copy(folder / "t.gpkg", folder / name / "t.gpkg");
      const PackagedProject packaged(folder / name,
                                     {.layers = {{.id = "a", .source = "./t.gpkg"}}});
      return std::pair(test::read_file(packaged.output / "data.gpkg"),
                       test::read_file(packaged.output / "survey_qfield.qgz"));
    };
    test::write_trees(folder / "t.gpkg", 200);
    const auto first = make("one");
    const auto second = make("two");
    CHECK(first.first == second.first);
    CHECK(first.second == second.second);
  }

  TEST_CASE("a source that only a log completes is packaged complete") {
    const TemporaryFolder folder;
    test::write_trees(folder / "w.gpkg", 2);
    SQLite::Database writer((folder / "w.gpkg").string(), SQLite::OPEN_READWRITE);
    writer.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    writer.exec("DROP TRIGGER rtree_trees_geom_insert");
    writer.exec("INSERT INTO trees (geom, species) SELECT geom, 'logged' FROM trees");
    std::filesystem::copy(folder / "w.gpkg", folder / "t.gpkg");
    std::filesystem::copy(folder / "w.gpkg-wal", folder / "t.gpkg-wal");
    const auto check = [&](const char* action, const std::string& name, const std::string& table) {
      const PackagedProject packaged(
          folder.path(), {.layers = {{.id = "a", .source = "./t.gpkg", .action = action}}});
      CHECK(packaged.package.files.size() == 2);
      CHECK(count(packaged.output / name, "SELECT count(*) FROM \"" + table + "\"") == 4);
    };
    check("offline", "data.gpkg", table_of("./t.gpkg"));
    std::filesystem::remove(folder / "survey.qgs");
    check("copy", "t.gpkg", "trees");
  }
}
