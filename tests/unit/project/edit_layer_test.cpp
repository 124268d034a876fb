#include <qfcsync/project.hpp>

#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

#include <SQLiteCpp/Database.h>

namespace {

using namespace qfcsync;
using test::LayerText;
using test::TemporaryFolder;

EditLayer edit(const std::filesystem::path& folder, const LayerText& layer) {
  test::write_file(folder / "p.qgs", test::ProjectText{.layers = {layer}}.xml());
  const auto found = Project::open(folder / "p.qgs").edit_layer(layer.id);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_SUITE("project/edit_layer") {
  TEST_CASE("a GeoPackage layer tells where its rows are and which rules it has") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    const EditLayer layer = edit(
        folder.path(),
        {.id = "trees_1",
         .source = "./t.gpkg|layername=trees|subset=state > 1",
         .children =
             "<defaults><default field=\"species\" expression=\"'oak'\" applyOnUpdate=\"0\"/>"
             "<default field=\"state\" expression=\"\"/></defaults><constraints>"
             "<constraint field=\"species\" constraints=\"3\" unique_strength=\"1\"/>"
             "<constraint field=\"state\" constraints=\"2\" unique_strength=\"2\"/>"
             "<constraint field=\"big\" constraints=\"1\" unique_strength=\"1\"/></constraints>"});
    CHECK(layer.is_valid);
    CHECK(layer.is_editable);
    CHECK(layer.is_vector);
    CHECK(layer.name == "Layer trees_1");
    CHECK(layer.file == std::filesystem::canonical(folder / "t.gpkg"));
    CHECK(layer.table == "trees");
    CHECK(layer.subset == "state > 1");
    CHECK(layer.default_expressions == std::map<std::string, std::string>{{"species", "'oak'"}});
    CHECK(layer.unique_fields == std::vector<std::string>{"species"});
  }

  TEST_CASE("read-only layers, views and other formats cannot be edited") {
    const TemporaryFolder folder;
    test::write_trees(folder / "t.gpkg", 1);
    SQLite::Database((folder / "t.gpkg").string(), SQLite::OPEN_READWRITE)
        .exec("CREATE VIEW shown AS SELECT * FROM trees");
    test::write_vector(folder / "a.shp", "ESRI Shapefile", {"fid"});
    const auto check = [&](const LayerText& text, bool is_valid) {
      CAPTURE(text.source);
      const EditLayer layer = edit(folder.path(), text);
      CHECK(layer.is_valid == is_valid);
      CHECK_FALSE(layer.is_editable);
    };
    check({.id = "a", .source = "./t.gpkg|layername=shown"}, true);
    check({.id = "a", .source = "./t.gpkg|layername=trees|subset=SELECT * FROM trees"}, true);
    check({.id = "a", .source = "./a.shp"}, true);
    check({.id = "a", .source = "dbname='g'", .provider = "postgres"}, true);
    check({.id = "a", .source = "./missing.gpkg"}, false);
    LayerText locked{.id = "a", .source = "./t.gpkg|layername=trees"};
    std::string xml = test::ProjectText{.layers = {locked}}.xml();
    xml.replace(xml.find("readOnly=\"0\""), 12, "readOnly=\"1\"");
    test::write_file(folder / "p.qgs", xml);
    CHECK_FALSE(Project::open(folder / "p.qgs").edit_layer("a")->is_editable);
  }

  TEST_CASE("rasters are told apart and unknown ids give nothing") {
    const TemporaryFolder folder;
    CHECK_FALSE(
        edit(folder.path(), {.id = "r", .source = "x", .provider = "gdal", .type = "raster"})
            .is_vector);
    CHECK_FALSE(Project::open(folder / "p.qgs").edit_layer("other"));
  }
}
