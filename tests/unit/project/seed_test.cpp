#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>
#include <qfcsync/project_seed.hpp>

#include "project/archive.hpp"
#include "project/area.hpp"
#include "project/document.hpp"
#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

namespace {

using namespace qfcsync;
using test::TemporaryFolder;

constexpr const char* kTiles = "https://tiles.example.org/{z}/{x}/{y}.png?key=a&b=<c>";
constexpr GeoExtent kSwitzerland{5.9, 45.8, 10.5, 47.8};

std::string text_of(const std::filesystem::path& file) {
  return project::read_project_text(file, file.filename().string());
}

ogr::Bounds canvas_of(const std::string& text) {
  project::ProjectDocument document;
  project::parse_document(text, document);
  const pugi::xml_node canvas =
      document.root().find_child_by_attribute("mapcanvas", "name", "theMapCanvas");
  const auto bounds = project::read_extent(canvas.child("extent"));
  REQUIRE(bounds);
  return *bounds;
}

std::filesystem::path write_seed(const TemporaryFolder& folder, const ProjectSeed& seed) {
  const auto file = folder.path() / "seed.qgs";
  test::write_file(file, seed_project(seed));
  return file;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE_BEGIN("project/seed");

TEST_CASE("a seed is a project that can be read") {
  const TemporaryFolder folder;
  const auto file = write_seed(folder, {"trees", kSwitzerland, {{"OSM", kTiles}}});
  CHECK(probe_project_file(file, "seed.qgs") == "3.34.0");
  const Project project = Project::open(file);
  const std::string details = project.details_json();
  CHECK(holds(details, R"("crs":"EPSG:3857")"));
  CHECK(holds(details, R"("project_name":"trees")"));
  CHECK(holds(project.layers_json(), R"("name":"OSM")"));
  CHECK_FALSE(project.has_online_vector_layers());
}

TEST_CASE("the address of tiles is one value of the source") {
  const std::string text = seed_project({"trees", {}, {{"Mine", kTiles}}});
  CHECK(holds(text,
              "url=https%3A%2F%2Ftiles.example.org%2F%7Bz%7D%2F%7Bx%7D%2F%7By%7D.png%3Fkey"
              "%3Da%26b%3D%3Cc%3E&amp;zmax="));
}

TEST_CASE("the extent is that of the canvas, cut where the map ends") {
  const ogr::Bounds small = canvas_of(seed_project({"p", kSwitzerland, {}}));
  CHECK(small.min_x == doctest::Approx(656784.996));
  CHECK(small.min_y == doctest::Approx(5748356.802));
  CHECK(small.max_x == doctest::Approx(1168854.653));
  const ogr::Bounds world = canvas_of(seed_project({"p", {}, {}}));
  CHECK(world.max_y == doctest::Approx(20037508.34));
  CHECK(world.min_y == doctest::Approx(-20037508.34));
  const ogr::Bounds pole = canvas_of(seed_project({"p", {0, 88, 1, 89}, {}}));
  CHECK(pole.max_y > pole.min_y);
}

TEST_CASE("styles change the tones of the layer") {
  const auto text = [](BasemapStyle style) {
    return seed_project({"p", {}, {{"OSM", kTiles, style}}});
  };
  CHECK(holds(text(BasemapStyle::Standard), R"(grayscaleMode="0" invertColors="0")"));
  CHECK(holds(text(BasemapStyle::GrayscaleLight), R"(grayscaleMode="2" invertColors="0")"));
  CHECK(holds(text(BasemapStyle::GrayscaleDark), R"(grayscaleMode="2" invertColors="1")"));
}

TEST_CASE("the view of a project changes and nothing else") {
  const TemporaryFolder folder;
  test::ProjectText project;
  project.layers.push_back({.id = "a", .source = "./a.gpkg|layername=a"});
  project.extra = "<strange>kept</strange>";
  const std::string text = project.xml();
  test::write_file(folder.path() / "in.qgs", text);
  set_project_view(folder.path() / "in.qgs", "in.qgs", {7.43, 46.94, 7.45, 46.96},
                   folder.path() / "out.qgs");
  const std::string changed = text_of(folder.path() / "out.qgs");
  CHECK(holds(changed, "<strange>kept</strange>"));
  CHECK(holds(changed, "./a.gpkg|layername=a"));
  const ogr::Bounds view = canvas_of(changed);
  CHECK(view.min_x == doctest::Approx(2599265).epsilon(0.0001));
  CHECK(view.max_y == doctest::Approx(1200900).epsilon(0.001));
}

TEST_CASE("archives keep their other files") {
  const TemporaryFolder folder;
  const auto input = folder.path() / "in.qgz";
  project::write_archive(input, {{"other.qgs", seed_project({"p", {}, {}})}, {"x.qgd", "data"}});
  set_project_view(input, "in.qgz", kSwitzerland, folder.path() / "out.qgz");
  const auto entries = project::read_archive(folder.path() / "out.qgz", 1u << 20);
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].bytes == "data");
  CHECK(canvas_of(entries[0].bytes).max_x == doctest::Approx(1168854.653));
}

TEST_CASE("a project without reference system takes no view") {
  const TemporaryFolder folder;
  test::write_file(folder.path() / "in.qgs", "<qgis version='3.34.0'><projectlayers/></qgis>");
  CHECK_THROWS_AS(
      set_project_view(folder.path() / "in.qgs", "in.qgs", kSwitzerland, folder.path() / "out.qgs"),
      Error);
}

}  // namespace
