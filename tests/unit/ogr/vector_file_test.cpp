#include "ogr/vector_file.hpp"

#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace qfcsync;
using test::TemporaryFolder;

}  // namespace

TEST_SUITE("ogr/vector_file") {
  TEST_CASE("fields and geometry type of a file are told") {
    const TemporaryFolder folder;
    test::write_vector(folder / "a.geojson", "GeoJSON", {"id", "size"});
    const ogr::VectorFileInfo info = ogr::probe_vector_file({folder / "a.geojson", "", 0});
    CHECK(info.is_valid);
    CHECK(info.is_checked);
    CHECK(info.fields == std::vector<std::string>{"id", "size"});
    CHECK(info.wkb_type == 3);
    CHECK(info.key.empty());
  }

  TEST_CASE("codes of geometry types are those of QGIS, with Z and M") {
    const TemporaryFolder folder;
    test::add_polygons(folder / "a.gpkg", "areas", 1);
    CHECK(ogr::probe_vector_file({folder / "a.gpkg", "areas", 0}).wkb_type == 3006);
    CHECK(ogr::probe_vector_file({folder / "a.gpkg", "areas", 0}).key == "fid");
  }

  TEST_CASE("a layer that is not there is told by name") {
    const TemporaryFolder folder;
    test::add_polygons(folder / "a.gpkg", "areas", 1);
    test::add_polygons(folder / "a.gpkg", "more", 1);
    const ogr::VectorFileInfo info = ogr::probe_vector_file({folder / "a.gpkg", "other", 0});
    CHECK_FALSE(info.is_valid);
    CHECK(info.error.find("other") != std::string::npos);
    CHECK_FALSE(ogr::probe_vector_file({folder / "a.gpkg", "", 5}).is_valid);
  }

  TEST_CASE("the only layer of a file counts under any name") {
    const TemporaryFolder folder;
    test::write_vector(folder / "a.geojson", "GeoJSON", {"id"});
    CHECK(ogr::probe_vector_file({folder / "a.geojson", "renamed", 0}).is_valid);
  }

  TEST_CASE("what is no vector file is refused with a reason") {
    const TemporaryFolder folder;
    test::write_file(folder / "a.geojson", "hello");
    const ogr::VectorFileInfo info = ogr::probe_vector_file({folder / "a.geojson", "", 0});
    CHECK_FALSE(info.is_valid);
    CHECK_FALSE(info.error.empty());
  }
}
