#include <qfcsync/project.hpp>

#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace qfcsync;
using nlohmann::json;
using test::TemporaryFolder;

json details_of(const std::filesystem::path& folder, const test::ProjectText& text) {
  test::write_file(folder / "p.qgs", text.xml());
  return json::parse(Project::open(folder / "p.qgs").details_json());
}

std::string canvas(const char* crs, double xmin, double ymin, double xmax, double ymax) {
  return fmt::format(
      "<mapcanvas name=\"other\"/><mapcanvas name=\"theMapCanvas\"><extent><xmin>{}</xmin>"
      "<ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></extent><destinationsrs><spatialrefsys>"
      "<authid>{}</authid></spatialrefsys></destinationsrs></mapcanvas>",
      xmin, ymin, xmax, ymax, crs);
}

}  // namespace

TEST_SUITE("project/details") {
  TEST_CASE("an empty project has the documented defaults") {
    const TemporaryFolder folder;
    const json expected = {{"background_color", "#ffffff"},
                           {"extent", ""},
                           {"area_of_interest", ""},
                           {"crs", "EPSG:2056"},
                           {"project_name", ""},
                           {"layers_by_id", json::object()},
                           {"ordered_layer_ids", json::array()},
                           {"attachment_dirs", {"DCIM"}},
                           {"data_dirs", json::array()},
                           {"qgis_version", "3.44.7"}};
    CHECK(details_of(folder.path(), {}) == expected);
  }

  TEST_CASE("settings are taken from the entries of the project") {
    const TemporaryFolder folder;
    const json details = details_of(
        folder.path(),
        {.layers = {{.id = "b", .source = "./b"}, {.id = "a", .source = "./a"}},
         .title = "Bäume",
         .properties = "<Gui><CanvasColorRedPart type=\"int\">18</CanvasColorRedPart>"
                       "<CanvasColorGreenPart type=\"int\">52</CanvasColorGreenPart></Gui>"
                       "<QFieldSync><attachmentDirs type=\"QStringList\"><value>photos</value>"
                       "</attachmentDirs><dataDirs type=\"QStringList\"><value>lookup</value>"
                       "</dataDirs></QFieldSync>"});
    CHECK(details["background_color"] == "#1234ff");
    CHECK(details["attachment_dirs"] == json::array({"photos"}));
    CHECK(details["data_dirs"] == json::array({"lookup"}));
    CHECK(details["project_name"] == "Bäume");
    CHECK(details["ordered_layer_ids"] == json::array({"a", "b"}));
    CHECK(details["layers_by_id"].size() == 2);
  }

  TEST_CASE("the canvas is told in longitude and latitude, x first") {
    const TemporaryFolder folder;
    const std::string extent =
        details_of(folder.path(),
                   {.extra = canvas("EPSG:2056", 2600000, 1200000, 2601000, 1201000)})["extent"];
    double x = 0;
    double y = 0;
    REQUIRE(std::sscanf(extent.c_str(), "POLYGON((%lf %lf", &x, &y) == 2);
    CHECK(x == doctest::Approx(7.4386).epsilon(0.0001));
    CHECK(y == doctest::Approx(46.9511).epsilon(0.0001));
  }

  TEST_CASE("a canvas that leaves the earth or has no known system is empty") {
    const TemporaryFolder folder;
    const auto extent = [&](const std::string& text) {
      return details_of(folder.path(), {.extra = text})["extent"].get<std::string>();
    };
    CHECK(extent(canvas("EPSG:4326", -110, -19, 32, 128)).empty());
    CHECK(extent(canvas("EPSG:999999", 0, 0, 1, 1)).empty());
    CHECK(extent(canvas("EPSG:4326", 5, 5, 1, 1)).empty());
    CHECK(extent("<mapcanvas name=\"theMapCanvas\"><extent/></mapcanvas>").empty());
    CHECK(extent(canvas("EPSG:4326", 1, 2, 3, 4)) == "POLYGON((1 2, 3 2, 3 4, 1 4, 1 2))");
  }

  TEST_CASE("the area of interest is its box, an unusable one is empty") {
    const TemporaryFolder folder;
    const auto area = [&](const char* wkt, const char* crs) {
      return details_of(folder.path(),
                        {.properties = fmt::format("<qfieldsync><areaOfInterest>{}</areaOfInterest>"
                                                   "<areaOfInterestCrs>{}</areaOfInterestCrs>"
                                                   "</qfieldsync>",
                                                   wkt, crs)})["area_of_interest"]
          .get<std::string>();
    };
    CHECK(area("Polygon ((7 46, 8 46, 7.5 47, 7 46))", "EPSG:4326") ==
          "POLYGON((7 46, 8 46, 8 47, 7 47, 7 46))");
    CHECK(area("Polygon ((7 46, 8 46", "EPSG:4326").empty());
    CHECK(area("Point (7 46)", "EPSG:4326").empty());
    CHECK(area("Polygon ((7 46, 8 46, 7.5 47, 7 46))", "EPSG:0").empty());
    CHECK(area("Polygon ((7 46, 8 46, 7.5 47, 7 46))", "").empty());
  }

  TEST_CASE("bytes that are no UTF-8 still give JSON") {
    const TemporaryFolder folder;
    CHECK_NOTHROW(details_of(folder.path(), {.title = "\xff\xfe"}));
  }
}
