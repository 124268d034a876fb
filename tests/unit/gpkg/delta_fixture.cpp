#include "delta_fixture.hpp"

#include "model/gpkg_blob.hpp"
#include "model/wkt.hpp"

#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>
#include <sqlite3.h>

namespace qfcsync::test {
namespace {

using DatasetPtr = GDALDatasetUniquePtr;

DatasetPtr open_by_gdal(const std::filesystem::path& file, unsigned flags) {
  DatasetPtr dataset(GDALDataset::Open(file.c_str(), GDAL_OF_VECTOR | flags));
  if (!dataset) throw std::runtime_error("GDAL cannot open " + file.string());
  return dataset;
}

OGRLayer& create_layer(GDALDataset& dataset, const std::string& name, OGRwkbGeometryType type) {
  OGRSpatialReference reference;
  reference.importFromEPSG(2056);
  OGRLayer* layer = dataset.CreateLayer(name.c_str(), &reference, type, nullptr);
  if (layer == nullptr) throw std::runtime_error("GDAL cannot create " + name);
  return *layer;
}

void add_field(OGRLayer& layer, const std::string& name, const std::string& type) {
  OGRFieldType base = OFTString;
  OGRFieldSubType sub = OFSTNone;
  if (type == "Integer") base = OFTInteger;
  if (type == "Integer64") base = OFTInteger64;
  if (type == "Real") base = OFTReal;
  if (type == "Date") base = OFTDate;
  if (type == "DateTime") base = OFTDateTime;
  if (type == "Binary") base = OFTBinary;
  if (type == "Boolean") {
    base = OFTInteger;
    sub = OFSTBoolean;
  }
  OGRFieldDefn field(name.c_str(), base);
  field.SetSubType(sub);
  if (layer.CreateField(&field) != OGRERR_NONE) throw std::runtime_error("no field " + name);
}

/// A plain connection of the test's own, without any function.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) {
    sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READONLY, nullptr);
  }
  ~Reader() { sqlite3_close(handle_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Rows with columns joined by "|"; blobs that are geometries as WKT.
  std::vector<std::string> rows(const std::string& query) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, query.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      throw std::runtime_error(query + ": " + sqlite3_errmsg(handle_));
    }
    std::vector<std::string> out;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        row += (i == 0 ? "" : "|") + column(statement, i);
      }
      out.push_back(row);
    }
    sqlite3_finalize(statement);
    return out;
  }

 private:
  static std::string column(sqlite3_stmt* statement, int index) {
    if (sqlite3_column_type(statement, index) == SQLITE_NULL) return "NULL";
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
    if (sqlite3_column_type(statement, index) == SQLITE_BLOB) {
      const auto geometry = model::read_gpkg_blob({bytes, size});
      if (geometry) return model::write_wkt(*geometry);
    }
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
    return text == nullptr ? "" : text;
  }

  sqlite3* handle_ = nullptr;
};

Json defaults(const std::string& layer) {
  return {{"uuid", "u"},   {"localLayerId", layer}, {"sourceLayerId", layer},
          {"localPk", ""}, {"sourcePk", ""},        {"clientId", "C1"}};
}

std::string check_counts(const Reader& reader, const std::string& table) {
  const auto noted = reader.rows(fmt::format(
      "SELECT ifnull(feature_count, (SELECT count(*) FROM \"{0}\")) = (SELECT count(*) FROM "
      "\"{0}\") FROM gpkg_ogr_contents WHERE table_name = '{0}'",
      table));
  return noted == std::vector<std::string>{"1"} ? "" : "feature count of " + table;
}

}  // namespace

DeltaFixture::DeltaFixture() : file_(folder_ / "data.gpkg") {
  GDALAllRegister();
  DatasetPtr dataset(GetGDALDriverManager()->GetDriverByName("GPKG")->Create(file_.c_str(), 0, 0, 0,
                                                                             GDT_Unknown, nullptr));
  if (!dataset) throw std::runtime_error("GDAL cannot create a GeoPackage");
  OGRLayer& layer = create_layer(*dataset, "pts", wkbPoint);
  add_field(layer, "name", "String");
  add_field(layer, "n", "Integer64");
  add_field(layer, "r", "Real");
  add_field(layer, "d", "Date");
  add_field(layer, "ok", "Boolean");
  OGRFeature first(layer.GetLayerDefn());
  OGRPoint at(10, 20);
  first.SetGeometry(&at);
  first.SetField("name", "a");
  first.SetField("n", 5);
  first.SetField("r", 1.5);
  first.SetField("d", 2026, 1, 1);
  first.SetField("ok", 1);
  OGRFeature second(layer.GetLayerDefn());
  at = OGRPoint(30, 40);
  second.SetGeometry(&at);
  second.SetField("name", "b");
  for (const char* name : {"n", "r", "d", "ok"}) second.SetFieldNull(second.GetFieldIndex(name));
  if (layer.CreateFeature(&first) != OGRERR_NONE || layer.CreateFeature(&second) != OGRERR_NONE) {
    throw std::runtime_error("GDAL cannot create features");
  }
}

void DeltaFixture::add_table(const std::string& name, const std::string& geometry,
                             const std::vector<std::string>& fields) {
  DatasetPtr dataset = open_by_gdal(file_, GDAL_OF_UPDATE);
  const auto type = geometry.empty() ? wkbNone : OGRFromOGCGeomType(geometry.c_str());
  OGRLayer& layer = create_layer(*dataset, name, type);
  for (const std::string& field : fields) {
    const auto colon = field.find(':');
    add_field(layer, field.substr(0, colon), field.substr(colon + 1));
  }
}

void DeltaFixture::sql(const std::string& statement) const {
  DatasetPtr dataset = open_by_gdal(file_, GDAL_OF_UPDATE);
  CPLErrorReset();
  dataset->ReleaseResultSet(dataset->ExecuteSQL(statement.c_str(), nullptr, nullptr));
  if (CPLGetLastErrorType() >= CE_Failure) throw std::runtime_error(CPLGetLastErrorMsg());
}

std::string DeltaFixture::value(const std::string& query) const {
  const auto rows = Reader(file_).rows(query);
  return rows.empty() ? "no row" : rows[0];
}

std::string DeltaFixture::table(const std::string& query) const {
  std::string out;
  for (const std::string& row : Reader(file_).rows(query)) out += row + '\n';
  return out;
}

std::string DeltaFixture::row(int fid) const {
  return value(fmt::format("SELECT * FROM pts WHERE fid = {}", fid));
}

std::string DeltaFixture::wkt(const std::string& table, int fid) const {
  DatasetPtr dataset = open_by_gdal(file_, 0);
  OGRLayer* layer = dataset->GetLayerByName(table.c_str());
  OGRFeatureUniquePtr feature(layer->GetFeature(fid));
  if (!feature || feature->GetGeometryRef() == nullptr) return "NULL";
  OGRWktOptions options;
  options.variant = wkbVariantIso;
  return feature->GetGeometryRef()->exportToWkt(options);
}

Delta DeltaFixture::complete(Json delta) const {
  Json whole = defaults(delta.value("localLayerId", "pts"));
  whole.update(delta);
  return parse_delta(whole.dump());
}

DeltaApplier::LayerLookup DeltaFixture::lookup() const {
  return [this](std::string_view id) -> std::optional<EditLayer> {
    const auto found = layers.find(std::string(id));
    if (found != layers.end()) return found->second;
    if (id == "nope") return std::nullopt;
    EditLayer layer;
    layer.id = layer.name = layer.table = id;
    layer.file = file_;
    return layer;
  };
}

DeltaApplier DeltaFixture::applier(ConflictPolicy policy) const {
  return DeltaApplier(lookup(), {policy, safety, client_keys});
}

std::vector<DeltaOutcome> DeltaFixture::apply_all(const std::vector<Json>& deltas,
                                                  ConflictPolicy policy) {
  DeltaApplier job(lookup(), {policy, safety, client_keys});
  std::vector<DeltaOutcome> outcomes;
  for (const Json& delta : deltas) outcomes.push_back(job.apply(complete(delta)));
  changed = job.commit();
  client_keys = job.client_keys();
  CHECK(inconsistency() == "");
  return outcomes;
}

DeltaOutcome DeltaFixture::apply(const Json& delta, ConflictPolicy policy) {
  return apply_all({delta}, policy)[0];
}

std::string DeltaFixture::inconsistency() const {
  const Reader reader(file_);
  if (reader.rows("PRAGMA integrity_check") != std::vector<std::string>{"ok"}) return "integrity";
  if (!reader.rows("PRAGMA foreign_key_check").empty()) return "foreign keys";
  for (const std::string& row :
       reader.rows("SELECT table_name || '|' || column_name FROM gpkg_geometry_columns")) {
    const std::string table = row.substr(0, row.find('|'));
    const std::string column = row.substr(row.find('|') + 1);
    std::string problem = check_counts(reader, table);
    if (!problem.empty()) return problem;
    DatasetPtr dataset = open_by_gdal(file_, 0);
    OGRLayer* layer = dataset->GetLayerByName(table.c_str());
    OGREnvelope extent;
    const bool has_extent = layer->GetExtent(&extent, FALSE) == OGRERR_NONE;
    std::size_t spatial = 0;
    for (auto& feature : *layer) {
      const OGRGeometry* geometry = feature->GetGeometryRef();
      if (geometry == nullptr || geometry->IsEmpty()) continue;
      ++spatial;
      OGREnvelope box;
      geometry->getEnvelope(&box);
      if (!has_extent || !extent.Contains(box)) return "extent of " + table;
      const auto entry = reader.rows(fmt::format(
          "SELECT minx <= {1:.17g} AND maxx >= {2:.17g} AND miny <= {3:.17g} AND maxy >= {4:.17g} "
          "AND minx >= {1:.17g} - {5} AND maxx <= {2:.17g} + {5} FROM \"rtree_{0}_{6}\" WHERE id = "
          "{7}",
          table, box.MinX, box.MaxX, box.MinY, box.MaxY, 1e-6 * (1 + std::abs(box.MaxX)), column,
          feature->GetFID()));
      if (entry != std::vector<std::string>{"1"}) return "index of " + table;
    }
    const auto entries =
        reader.rows(fmt::format("SELECT count(*) FROM \"rtree_{}_{}\"", table, column));
    if (entries[0] != std::to_string(spatial)) return "entries in the index of " + table;
  }
  return "";
}

}  // namespace qfcsync::test
