#include <qfcsync/changeset_json.hpp>

#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"
#include "unit/changeset/json_support.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <ogrsf_frmts.h>

using namespace qfcsync;
using namespace qfcsync::test;
using nlohmann::json;

namespace {

constexpr std::int32_t kSwissGrid = 2056;

const char* const kShapes[] = {
    "POINT (2600000 1200000)",
    "POINT Z (2600000 1200000 431.5)",
    "LINESTRING (2600000 1200000,2600010.25 1200000,2600010 1200010)",
    "POLYGON ((0 0,10 0,10 10,0 10,0 0),(2 2,2 3,3 3,3 2,2 2))",
    "MULTIPOINT ((1 2),(3 4))",
    "MULTILINESTRING ((0 0,1 1),(2 2,3 3))",
    "MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
    "GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (0 0,1 1))",
};

DatabaseSchema schema() {
  TableSchema table;
  table.name = "trees";
  table.columns = {{"fid", "INTEGER", 1, true, {}},
                   {"geom", "GEOMETRY", 0, false, {}},
                   {"name", "TEXT", 0, false, {}},
                   {"height", "REAL", 0, false, {}}};
  table.geometry_column = "geom";
  table.srs_id = kSwissGrid;
  return {{table}, {}, {}};
}

/// One insert for each shape, then an update without a geometry.
std::string changes() {
  MemorySink sink;
  ChangesetWriter writer(sink);
  writer.begin_table({"trees", {1, 0, 0, 0}});
  std::int64_t key = 0;
  for (const char* shape : kShapes) {
    const auto geometry = model::read_wkt(shape);
    const std::string blob =
        model::write_gpkg_blob(*geometry, kSwissGrid, model::envelope_of(*geometry));
    const ValueView row[] = {ValueView::integer(++key), ValueView::blob(blob),
                             ValueView::text("\xC3\xA4"
                                             "pple \"tree\"\n"),
                             ValueView::real(12.5)};
    writer.write({Operation::Insert, false, nullptr, {}, row});
  }
  const ValueView none;
  const ValueView before[] = {ValueView::integer(++key), none, none, ValueView::real(1)};
  const ValueView after[] = {none, none, none, ValueView::null()};
  writer.write({Operation::Update, false, nullptr, before, after});
  writer.finish();
  return sink.take();
}

/// A text as a file that GDAL can open.
class Opened {
 public:
  explicit Opened(std::string text) : text_(std::move(text)) {
    GDALAllRegister();
    VSIFCloseL(
        VSIFileFromMemBuffer(kName, reinterpret_cast<GByte*>(text_.data()), text_.size(), FALSE));
    const char* const drivers[] = {"GeoJSON", nullptr};
    dataset_.reset(GDALDataset::Open(kName, GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR, drivers));
    REQUIRE(dataset_);
    REQUIRE(dataset_->GetLayerCount() == 1);
  }
  ~Opened() {
    dataset_.reset();
    VSIUnlink(kName);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  OGRLayer& layer() { return *dataset_->GetLayer(0); }

 private:
  static constexpr const char* kName = "/vsimem/changes.geojson";
  std::string text_;
  GDALDatasetUniquePtr dataset_;
};

std::string wkt_of(const OGRGeometry& geometry) { return geometry.exportToWkt(OGRWktOptions()); }

/// The shape as OGR itself writes it.
std::string wkt_by_ogr(const char* shape) {
  OGRGeometry* made = nullptr;
  REQUIRE(OGRGeometryFactory::createFromWkt(shape, nullptr, &made) == OGRERR_NONE);
  const std::unique_ptr<OGRGeometry> geometry(made);
  return wkt_of(*geometry);
}

}  // namespace

TEST_SUITE("changeset/geojson_ogr") {
  TEST_CASE("OGR reads every feature with its geometry and properties") {
    const DatabaseSchema known = schema();
    JsonOptions options;
    options.schema = &known;
    Opened opened(geojson_of(changes(), options));
    OGRLayer& layer = opened.layer();
    CHECK(layer.GetFeatureCount() == std::ssize(kShapes) + 1);
    std::size_t index = 0;
    for (const auto& feature : layer) {
      CAPTURE(index);
      const bool is_insert = index < std::size(kShapes);
      CHECK(std::string(feature->GetFieldAsString("table")) == "trees");
      CHECK(std::string(feature->GetFieldAsString("operation")) ==
            (is_insert ? "insert" : "update"));
      CHECK(json::parse(feature->GetFieldAsString("key")) == json{{"fid", index + 1}});
      const json now = json::parse(feature->GetFieldAsString("new"));
      if (is_insert) {
        REQUIRE(feature->GetGeometryRef() != nullptr);
        CHECK(wkt_of(*feature->GetGeometryRef()) == wkt_by_ogr(kShapes[index]));
        CHECK(now == json{{"name",
                           "\xC3\xA4"
                           "pple \"tree\"\n"},
                          {"height", 12.5}});
      } else {
        CHECK(feature->GetGeometryRef() == nullptr);
        CHECK(json::parse(feature->GetFieldAsString("old")) == json{{"height", 1.0}});
        CHECK(now == json{{"height", nullptr}});
      }
      ++index;
    }
    CHECK(index == std::size(kShapes) + 1);
  }

  TEST_CASE("OGR takes the reference system from the collection") {
    const DatabaseSchema known = schema();
    JsonOptions options;
    options.schema = &known;
    Opened opened(geojson_of(changes(), options));
    const OGRSpatialReference* system = opened.layer().GetSpatialRef();
    REQUIRE(system != nullptr);
    CHECK(std::string(system->GetAuthorityCode(nullptr)) == std::to_string(kSwissGrid));
  }
}
