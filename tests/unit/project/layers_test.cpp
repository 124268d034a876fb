#include <qfcsync/project.hpp>

#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

#include <set>

#include <SQLiteCpp/Database.h>
#include <nlohmann/json.hpp>

namespace {

using namespace qfcsync;
using nlohmann::json;
using test::LayerText;
using test::TemporaryFolder;

json layer_of(const std::filesystem::path& folder, const LayerText& layer) {
  test::write_file(folder / "p.qgs", test::ProjectText{.layers = {layer}}.xml());
  return json::parse(Project::open(folder / "p.qgs").layers_json()).at(layer.id);
}

void check_missing(const json& layer, const std::string& filename) {
  CHECK(layer["is_valid"] == false);
  CHECK(layer["error_code"] == "invalid_dataprovider");
  CHECK(layer["error_summary"] == "File \"" + filename + "\" missing.");
  CHECK(layer["fields"] == json::array());
  CHECK(layer["qfc_source_data_pk_name"] == "");
}

}  // namespace

TEST_SUITE("project/layers") {
  TEST_CASE("a GeoPackage layer has all keys of the contract") {
    const TemporaryFolder folder;
    test::write_trees(folder / "files/trees.gpkg", 3);
    const json layer = layer_of(
        folder.path(),
        {.id = "trees_1", .source = "./files/trees.gpkg|layername=trees", .action = "offline"});
    const json expected = {{"id", "trees_1"},
                           {"name", "Layer trees_1"},
                           {"type", 0},
                           {"type_name", "Vector"},
                           {"crs", "EPSG:2056"},
                           {"wkb_type", 1},
                           {"wkb_type_name", "Point"},
                           {"geom_type", 0},
                           {"geom_type_name", "Point"},
                           {"qfs_action", nullptr},
                           {"qfs_cloud_action", "offline"},
                           {"qfs_is_geometry_locked", nullptr},
                           {"qfs_photo_naming", nullptr},
                           {"qfs_unsupported_source_pk", nullptr},
                           {"qfc_source_data_pk_name", "fid"},
                           {"is_valid", true},
                           {"is_localized", false},
                           {"datasource", "files/trees.gpkg|layername=trees"},
                           {"filename", "files/trees.gpkg"},
                           {"provider_name", "ogr"},
                           {"error_code", "no_error"},
                           {"error_summary", ""},
                           {"error_message", ""},
                           {"provider_error_summary", nullptr},
                           {"provider_error_message", nullptr}};
    CHECK(layer == expected);
  }

  TEST_CASE("the geometry type comes from the table, with Z and M") {
    const TemporaryFolder folder;
    test::add_polygons(folder / "a.gpkg", "areas", 2);
    const json layer = layer_of(folder.path(), {.id = "a", .source = "./a.gpkg"});
    CHECK(layer["wkb_type"] == 3006);
    CHECK(layer["wkb_type_name"] == "MultiPolygonZM");
    CHECK(layer["geom_type_name"] == "Polygon");
  }

  TEST_CASE("sources that are not there, or not in the project, are missing files") {
    const TemporaryFolder folder;
    test::write_trees(folder / "outside.gpkg", 1);
    std::filesystem::create_directories(folder / "project");
    std::filesystem::create_symlink("../outside.gpkg", folder / "project/link.gpkg");
    std::filesystem::create_directory_symlink("..", folder / "project/up");
    const auto check = [&](const std::string& path) {
      CAPTURE(path);
      check_missing(layer_of(folder / "project", {.id = "a", .source = path}),
                    path.rfind("./", 0) == 0 ? path.substr(2) : path);
    };
    check("./nothing.gpkg");
    check("../outside.gpkg");
    check((folder / "outside.gpkg").string());
    check("./link.gpkg");
    check("./up/outside.gpkg");
    check("./x/../../outside.gpkg");
    check("C:\\data\\a.gpkg");
  }

  TEST_CASE("a project below the root may use the files of the root") {
    const TemporaryFolder folder;
    test::write_trees(folder / "data/trees.gpkg", 1);
    test::write_file(
        folder / "sub/p.qgs",
        test::ProjectText{.layers = {{.id = "a", .source = "../data/trees.gpkg"}}}.xml());
    const auto layer = [&](const Project& project) {
      return json::parse(project.layers_json()).at("a");
    };
    CHECK(layer(Project::open(folder / "sub/p.qgs"))["is_valid"] == false);
    const json found = layer(Project::open(folder / "sub/p.qgs", folder.path()));
    CHECK(found["is_valid"] == true);
    CHECK(found["filename"] == "data/trees.gpkg");
  }

  TEST_CASE("a file that is no database and a table that is not there are provider errors") {
    const TemporaryFolder folder;
    test::write_file(folder / "no.gpkg", std::string(5000, 'x'));
    test::write_file(folder / "empty.gpkg", "");
    test::write_trees(folder / "trees.gpkg", 1);
    const std::string whole = test::read_file(folder / "trees.gpkg");
    test::write_file(folder / "cut.gpkg", whole.substr(0, whole.size() / 3));
    for (const char* source : {"./no.gpkg", "./empty.gpkg", "./cut.gpkg|layername=trees",
                               "./trees.gpkg|layername=shrubs", "./trees.gpkg|layerid=7"}) {
      CAPTURE(source);
      const json layer = layer_of(folder.path(), {.id = "a", .source = source});
      CHECK(layer["is_valid"] == false);
      CHECK(layer["error_code"] == "invalid_dataprovider");
      CHECK(layer["provider_error_summary"].get<std::string>() != "");
    }
  }

  TEST_CASE("a filter has to be one condition that only reads") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    const auto is_valid = [&](const std::string& subset) {
      const std::string source = "./t.gpkg|layername=trees|subset=" + subset;
      return layer_of(folder.path(), {.id = "a", .source = source})["is_valid"].get<bool>();
    };
    CHECK(is_valid("\"height\" > 5 AND species LIKE 'E%' -- tall"));
    CHECK(is_valid("fid IN (SELECT max(fid) FROM trees)"));
    CHECK_FALSE(is_valid("nonsense("));
    CHECK_FALSE(is_valid("missing_column > 5"));
    CHECK_FALSE(is_valid("load_extension('x')"));
    CHECK_FALSE(
        is_valid("1 IN (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r) "
                 "SELECT i FROM r)"));
  }

  TEST_CASE("keys follow the rules of the reference") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    SQLite::Database database((folder / "t.gpkg").string(), SQLite::OPEN_READWRITE);
    database.exec(
        "CREATE TABLE two (a INTEGER, b INTEGER, PRIMARY KEY (a, b));"
        "CREATE TABLE plain (\"FID\" INTEGER, name TEXT);"
        "CREATE TABLE none (name TEXT);"
        "CREATE TABLE comma (\"a,b\" INTEGER PRIMARY KEY);"
        "CREATE TABLE other (ogc_id INTEGER PRIMARY KEY, name TEXT);"
        "CREATE TABLE texts (code TEXT PRIMARY KEY);"
        "CREATE VIEW shown AS SELECT fid, species FROM trees");
    const auto key = [&](const std::string& table) {
      const json layer =
          layer_of(folder.path(), {.id = "a", .source = "./t.gpkg|layername=" + table});
      CHECK(layer["is_valid"] == true);
      return layer["qfc_source_data_pk_name"].get<std::string>();
    };
    CHECK(key("trees") == "fid");
    CHECK(key("other") == "ogc_id");
    CHECK(key("plain") == "FID");
    CHECK(key("shown") == "fid");
    CHECK(key("two") == "");
    CHECK(key("none") == "");
    CHECK(key("comma") == "");
    CHECK(key("texts") == "");
    CHECK(key("TREES") == "fid");
  }

  TEST_CASE("other files are looked at through GDAL, their key is a field named fid") {
    const TemporaryFolder folder;
    test::write_vector(folder / "a.shp", "ESRI Shapefile", {"a"});
    test::write_vector(folder / "b.geojson", "GeoJSON", {"a", "FID"});
    test::write_vector(folder / "c.csv", "CSV", {"fid", "n"});
    test::write_file(folder / "bad.geojson", "{");
    const auto layer = [&](const char* source, const char* provider) {
      return layer_of(
          folder.path(),
          {.id = "a", .source = source, .provider = provider, .geometry = "", .wkb_type = ""});
    };
    const json shape = layer("./a.shp", "ogr");
    CHECK(shape["is_valid"] == true);
    CHECK(shape["qfc_source_data_pk_name"] == "");
    CHECK(shape["wkb_type_name"] == "MultiPolygon");
    CHECK(layer("./b.geojson", "ogr")["qfc_source_data_pk_name"] == "FID");
    CHECK(layer("file:./c.csv?type=csv", "delimitedtext")["qfc_source_data_pk_name"] == "fid");
    CHECK(layer("./bad.geojson", "ogr")["is_valid"] == false);
  }

  TEST_CASE("GDAL is not lured to other files") {
    const TemporaryFolder folder;
    test::write_vector(folder / "out.geojson", "GeoJSON", {"a"});
    test::write_vector(folder / "out.shp", "ESRI Shapefile", {"a"});
    std::filesystem::create_directories(folder / "p");
    test::write_file(folder / "p/a.vrt",
                     "<OGRVRTDataSource><OGRVRTLayer name=\"out\"><SrcDataSource>" +
                         (folder / "out.geojson").string() +
                         "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>");
    CHECK(layer_of(folder / "p", {.id = "a", .source = "./a.vrt"})["is_valid"] == false);
    std::filesystem::copy(folder / "out.shp", folder / "p/b.shp");
    std::filesystem::copy(folder / "out.shx", folder / "p/b.shx");
    std::filesystem::create_symlink("../out.dbf", folder / "p/b.dbf");
    CHECK(layer_of(folder / "p", {.id = "a", .source = "./b.shp"})["is_valid"] == false);
  }

  TEST_CASE("localized layers are reported with the path after the scheme") {
    const TemporaryFolder folder;
    const json layer =
        layer_of(folder.path(), {.id = "a", .source = "localized:base/f.gpkg|layername=t"});
    CHECK(layer["is_valid"] == false);
    CHECK(layer["is_localized"] == true);
    CHECK(layer["error_code"] == "localized_dataprovider");
    CHECK(layer["filename"] == "base/f.gpkg");
    CHECK(layer["provider_name"].is_null());
    CHECK(layer["datasource"] == "localized:base/f.gpkg|layername=t");
  }

  TEST_CASE("services count as valid and give no password away") {
    const TemporaryFolder folder;
    const json layer = layer_of(
        folder.path(),
        {.id = "a",
         .source = "dbname='g' host=h user='u' password='hidden' key='id' table=\"p\".\"t\" (geom)",
         .provider = "postgres"});
    CHECK(layer["is_valid"] == true);
    CHECK(layer["qfc_source_data_pk_name"] == "id");
    CHECK(layer["filename"] == "");
    CHECK(layer.dump().find("hidden") == std::string::npos);
    const json raster = layer_of(
        folder.path(), {.id = "r", .source = "url=https://x", .provider = "wms", .type = "raster"});
    CHECK(raster["type"] == 1);
    CHECK(raster["wkb_type"].is_null());
    CHECK(raster["geom_type_name"] == "");
    CHECK(raster["fields"].is_null());
  }

  TEST_CASE(
      "rows that only a write-ahead log holds belong to the layer, and no file is left over") {
    const TemporaryFolder folder;
    test::write_trees(folder / "w/t.gpkg", 2);
    SQLite::Database writer((folder / "w/t.gpkg").string(), SQLite::OPEN_READWRITE);
    writer.exec(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
        "CREATE TABLE added (fid INTEGER PRIMARY KEY)");
    std::filesystem::create_directories(folder / "p");
    std::filesystem::copy(folder / "w/t.gpkg", folder / "p/t.gpkg");
    std::filesystem::copy(folder / "w/t.gpkg-wal", folder / "p/t.gpkg-wal");
    CHECK(layer_of(folder / "p", {.id = "a", .source = "./t.gpkg|layername=added"})["is_valid"] ==
          true);
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "p")) {
      names.insert(entry.path().filename().string());
    }
    CHECK(names == std::set<std::string>{"p.qgs", "t.gpkg", "t.gpkg-wal"});
  }

  TEST_CASE("online vector layers are those without file, memory and own virtual layers aside") {
    const TemporaryFolder folder;
    const auto is_online = [&](const char* provider, const char* source,
                               const char* type = "vector") {
      test::write_file(
          folder / "p.qgs",
          test::ProjectText{
              .layers = {{.id = "a", .source = source, .provider = provider, .type = type}}}
              .xml());
      return Project::open(folder / "p.qgs").has_online_vector_layers();
    };
    CHECK(is_online("postgres", "dbname='g'"));
    CHECK(is_online("WFS", "url='https://x'"));
    CHECK(is_online("virtual", "?layer=postgres:dbname%3Dg:t:&query=SELECT%201"));
    CHECK_FALSE(is_online("virtual", "?layer_ref=a&query=SELECT%201"));
    CHECK_FALSE(is_online("memory", "Point?crs=EPSG:4326"));
    CHECK_FALSE(is_online("ogr", "./missing.gpkg"));
    CHECK_FALSE(is_online("wms", "url=https://x", "raster"));
  }

  TEST_CASE("embedded layers and maplayers elsewhere are no layers of ours") {
    const TemporaryFolder folder;
    test::write_file(
        folder / "p.qgs",
        "<qgis version=\"3.44.7\"><main-annotation-layer type=\"annotation\"><id>x</id>"
        "</main-annotation-layer><projectlayers><maplayer embedded=\"1\" "
        "project=\"other.qgs\" id=\"e\"/></projectlayers><Layouts><maplayer><id>y</id>"
        "</maplayer></Layouts></qgis>");
    const json layers = json::parse(Project::open(folder / "p.qgs").layers_json());
    REQUIRE(layers.size() == 1);
    CHECK(layers["e"]["is_valid"] == false);
    CHECK(layers["e"]["error_summary"].get<std::string>().find("other.qgs") != std::string::npos);
  }
}
