#include "project/data_source.hpp"

namespace {

using namespace qfcsync::project;

struct Case {
  const char* provider;
  const char* text;
  SourceKind kind;
  const char* path;
  const char* layer;
  const char* subset;
};

const Case kCases[] = {
    {"ogr", "./f.gpkg|layername=trees", SourceKind::File, "./f.gpkg", "trees", ""},
    {"ogr", "./f.gpkg", SourceKind::File, "./f.gpkg", "", ""},
    {"ogr", "./f.gpkg|layername=trees|subset=\"h\" > 5 OR a = 'x|y'", SourceKind::File, "./f.gpkg",
     "trees", "\"h\" > 5 OR a = 'x|y'"},
    {"ogr", "./f.gpkg|LayerName=trees|option:A=B|uniqueGeometryType=yes", SourceKind::File,
     "./f.gpkg", "trees", ""},
    {"ogr", "./f.gpkg|subset", SourceKind::File, "./f.gpkg", "", ""},
    {"ogr", "./a.xlsx|layername=Sheet1", SourceKind::File, "./a.xlsx", "Sheet1", ""},
    {"ogr", "/vsizip/./a.zip/a.shp", SourceKind::File, "./a.zip", "", ""},
    {"ogr", "/vsicurl/https://example.org/a.shp", SourceKind::Service, nullptr, "", ""},
    {"ogr", "https://example.org/a.geojson", SourceKind::Service, nullptr, "", ""},
    {"ogr", "PG:dbname='x'", SourceKind::Service, nullptr, "", ""},
    {"gdal", "./dem.tif", SourceKind::File, "./dem.tif", "", ""},
    {"gdal", "GPKG:./r.gpkg:table", SourceKind::File, "./r.gpkg", "", ""},
    {"gdal", "NETCDF:\"./a.nc\":var", SourceKind::File, "./a.nc", "", ""},
    {"gdal", "<GDAL_WMS></GDAL_WMS>", SourceKind::Service, nullptr, "", ""},
    {"mdal", "Ugrid:\"./m.nc\"", SourceKind::File, "./m.nc", "", ""},
    {"pdal", "./p.laz", SourceKind::File, "./p.laz", "", ""},
    {"copc", "https://example.org/p.copc.laz", SourceKind::Service, nullptr, "", ""},
    {"spatialite", "dbname='./s.sqlite' table=\"trees\" (geom) sql=a > 1", SourceKind::File,
     "./s.sqlite", "trees", "a > 1"},
    {"delimitedtext", "file:./my%20t.csv?type=csv&xField=x", SourceKind::File, "./my t.csv", "",
     ""},
    {"delimitedtext", "file:///tmp/t.csv?type=csv", SourceKind::File, "/tmp/t.csv", "", ""},
    {"wms", "type=xyz&url=https://tile.example.org/%7Bz%7D/%7Bx%7D/%7By%7D.png&zmax=19",
     SourceKind::Service, nullptr, "", ""},
    {"wms", "type=mbtiles&url=file:./t.mbtiles", SourceKind::File, "./t.mbtiles", "", ""},
    {"vectortile", "type=mbtiles&url=./t.mbtiles", SourceKind::File, "./t.mbtiles", "", ""},
    {"vectortile", "type=xyz&url=https://x/%7Bz%7D.pbf", SourceKind::Service, nullptr, "", ""},
    {"memory", "Point?crs=EPSG:4326&field=name:string(255,0)", SourceKind::Memory, "", "", ""},
    {"virtual", "?layer_ref=a&query=SELECT%201", SourceKind::Virtual, "", "", ""},
    {"ogr", "localized:f.gpkg|layername=trees", SourceKind::Localized, "f.gpkg", "", ""},
    {"delimitedtext", "file:localized:t.csv?type=csv", SourceKind::Localized, "t.csv", "", ""},
    {"vectortile", "type=mbtiles&url=file:localized:t.mbtiles&zmax=3", SourceKind::Localized,
     "t.mbtiles", "", ""},
    {"wms", "url=localized:t.mbtiles", SourceKind::Localized, "t.mbtiles", "", ""},
    {"arcgismapserver", "crs='EPSG:2056' url='https://x'", SourceKind::Service, nullptr, "", ""},
    {"", "", SourceKind::None, "", "", ""},
};

constexpr const char* kPostgres =
    "dbname='gis' host=db.example.org port=5432 user='u' password='it\\'s secret' sslmode=disable "
    "key='id' estimatedmetadata=true srid=2056 type=Point table=\"public\".\"trees\" (geom) "
    "sql=\"key\" = 'x'";

}  // namespace

TEST_SUITE("project/data_source") {
  TEST_CASE("sources of every provider are taken apart") {
    for (const Case& entry : kCases) {
      CAPTURE(entry.provider);
      CAPTURE(entry.text);
      const DataSource source = parse_data_source(entry.provider, entry.text);
      CHECK(source.kind == entry.kind);
      if (entry.path != nullptr) CHECK(source.path == entry.path);
      CHECK(source.layer_name == entry.layer);
      CHECK(source.subset == entry.subset);
    }
  }

  TEST_CASE("a database source tells key, host and filter") {
    const DataSource source = parse_data_source("postgres", kPostgres);
    CHECK(source.kind == SourceKind::Service);
    CHECK(source.key == "id");
    CHECK(source.host == "db.example.org");
    CHECK(source.subset == "\"key\" = 'x'");
    CHECK(parse_data_source("postgres", "service='gis' key='\"a b\"'").service == "gis");
    CHECK(parse_data_source("postgres", "service='gis' key='\"a b\"'").key == "a b");
  }

  TEST_CASE("another path leaves the rest of the source alone") {
    const auto moved = [](const char* provider, const char* text) {
      return parse_data_source(provider, text).with_path("./new name.x");
    };
    CHECK(moved("ogr", "./d/f.gpkg|layername=t|subset=a > 1") ==
          "./new name.x|layername=t|subset=a > 1");
    CHECK(moved("ogr", "/vsizip/./a.zip/a.shp") == "/vsizip/./new name.x/a.shp");
    CHECK(moved("gdal", "NETCDF:\"./a.nc\":var") == "NETCDF:\"./new name.x\":var");
    CHECK(moved("delimitedtext", "file:./t.csv?type=csv") == "file:./new%20name.x?type=csv");
    CHECK(moved("spatialite", "dbname='./s.sqlite' table=\"t\" (g) sql=") ==
          "dbname='./new name.x' table=\"t\" (g) sql=");
    CHECK(moved("vectortile", "type=mbtiles&url=./t.mbtiles&zmax=3") ==
          "type=mbtiles&url=./new%20name.x&zmax=3");
  }

  TEST_CASE("the filter can be cut off") {
    CHECK(parse_data_source("ogr", "./f.gpkg|layername=t|subset=a|b").without_subset() ==
          "./f.gpkg|layername=t");
    CHECK(parse_data_source("ogr", "./f.gpkg|layername=t").without_subset() ==
          "./f.gpkg|layername=t");
  }

  TEST_CASE("passwords do not survive, everything else does") {
    const std::string clean = without_passwords(kPostgres);
    CHECK(clean.find("secret") == std::string::npos);
    CHECK(clean.find("user='u' sslmode=disable") != std::string::npos);
    CHECK(without_passwords("url=https://a&password=p%40ss&layers=b") == "url=https://a&layers=b");
    CHECK(without_passwords("url=https://me:pw@example.org/x") == "url=https://me@example.org/x");
    CHECK(without_passwords("url=https%3A%2F%2Fme%3Apw%40example.org%2Fx") ==
          "url=https%3A%2F%2Fme%40example.org%2Fx");
    CHECK(without_passwords("?layer=postgres:dbname%3Dx%20password%3Dpw%20host%3Dh:t:") ==
          "?layer=postgres:dbname%3Dx%20%20host%3Dh:t:");
    CHECK(without_passwords("PASSWORD=pw") == "");
    CHECK(without_passwords("url=https://example.org:8080/x@y") ==
          "url=https://example.org:8080/x@y");
    CHECK(without_passwords("./password.gpkg|layername=password") ==
          "./password.gpkg|layername=password");
  }
}
