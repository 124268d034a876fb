// Real projects of users, in the folder that QFCSYNC_SHARED_DATA names.
#include <qfcsync/project.hpp>

#include "base/digest.hpp"
#include "support/temporary_folder.hpp"

#include <cstdlib>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using namespace qfcsync;
using nlohmann::json;
using test::TemporaryFolder;

std::filesystem::path shared_data() {
  const char* path = std::getenv("QFCSYNC_SHARED_DATA");
  REQUIRE_MESSAGE(path != nullptr, "QFCSYNC_SHARED_DATA has to name the folder of real projects");
  return path;
}

struct RealProject {
  explicit RealProject(const char* name) {
    std::filesystem::copy(shared_data() / name, folder.path(),
                          std::filesystem::copy_options::recursive);
    package = package_project(Project::open(Project::find_in(folder.path())), place / "out");
    layers = json::parse(package.layers_json);
  }
  TemporaryFolder folder;
  TemporaryFolder place;
  Package package;
  json layers;
};

const json& layer_named(const json& layers, const std::string& name) {
  for (const json& layer : layers) {
    if (layer["name"] == name) return layer;
  }
  FAIL("no layer " << name);
  return layers;
}

}  // namespace

TEST_SUITE("shared_data/project") {
  TEST_CASE("bee farming goes offline whole") {
    const RealProject bees("bee_farming");
    CHECK(bees.layers.size() == 3);
    for (const json& layer : bees.layers) CHECK(layer["is_valid"] == true);
    CHECK(bees.package.files ==
          std::vector<std::string>{"data.gpkg", "simple_bee_farming_qfield.qgz"});
    SQLite::Database data((bees.place / "out/data.gpkg").string());
    SQLite::Database source((bees.folder / "bees.gpkg").string());
    const std::string table = base::sha256_hex("./bees.gpkg|layername=apiary");
    CHECK(data.execAndGet("SELECT count(*) FROM \"" + table + "\"").getInt() ==
          source.execAndGet("SELECT count(*) FROM apiary").getInt());
    CHECK(data.execAndGet("SELECT rtreecheck('rtree_" + table + "_geom')").getString() == "ok");
    const json packaged = json::parse(bees.package.packaged_layers_json);
    for (const json& layer : packaged) CHECK(layer["is_valid"] == true);
  }

  TEST_CASE("shapes and curves: curves go offline, the keyless Shapefile is copied read-only") {
    const RealProject shapes("shapes_and_curves");
    const json& curves = layer_named(shapes.layers, "curved_polys polys CurvePolygon");
    CHECK(curves["wkb_type_name"] == "CurvePolygon");
    CHECK(curves["qfc_source_data_pk_name"] == "fid");
    const json& france = layer_named(shapes.layers, "france_parts_shape");
    CHECK(france["is_valid"] == true);
    CHECK(france["qfc_source_data_pk_name"] == "");
    const json packaged = json::parse(shapes.package.packaged_layers_json);
    CHECK(packaged.size() == 2);
    CHECK(layer_named(packaged, "france_parts_shape")["qfs_unsupported_source_pk"] == "1");
    const std::string table = base::sha256_hex("./curved_polys.gpkg");
    SQLite::Database data((shapes.place / "out/data.gpkg").string());
    CHECK(data.execAndGet("SELECT rtreecheck('rtree_" + table + "_geom')").getString() == "ok");
    CHECK(data.execAndGet("SELECT count(*) FROM gpkg_extensions WHERE extension_name = "
                          "'gpkg_geom_CURVEPOLYGON'")
              .getInt() == 1);
  }

  TEST_CASE("a source that is missing is reported by name") {
    const RealProject shapes("shapes_and_curves");
    const json& missing = layer_named(shapes.layers, "somedata");
    CHECK(missing["is_valid"] == false);
    CHECK(missing["error_code"] == "invalid_dataprovider");
    CHECK(missing["error_summary"] == "File \"spatialite.db\" missing.");
  }
}
