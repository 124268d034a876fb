#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "changeset/geojson_geometry.hpp"
#include "changeset/json_labels.hpp"
#include "changeset/json_output.hpp"
#include "changeset/json_text.hpp"
#include "changeset/json_value.hpp"
#include "changeset/table_follower.hpp"
#include "model/gpkg_blob.hpp"

#include <fmt/format.h>

namespace qfcsync {
namespace {

using namespace changeset;

/// The reference system of GeoJSON itself.
constexpr std::int32_t kWgs84 = 4326;

/// Whether a number can be a code of the EPSG register; GeoPackages count their own from 100000.
bool is_epsg(std::int32_t srs_id) { return srs_id >= 1024 && srs_id <= 32'767; }

/// The one reference system of all layers; nullopt when there are several or none.
std::optional<std::int32_t> common_srs(const SchemaLookup& schemas) {
  std::optional<std::int32_t> srs_id;
  for (const TableSchema* table : schemas.tables()) {
    if (table->geometry_column.empty()) continue;
    if (srs_id && *srs_id != table->srs_id) return std::nullopt;
    srs_id = table->srs_id;
  }
  return srs_id;
}

/// @return whether the blob could be written as GeoJSON
bool append_blob(ValueView value, std::string& out) {
  if (value.type() != ValueType::Blob) return false;
  const auto geometry = model::read_gpkg_blob(value.bytes());
  return geometry && append_geojson(*geometry, out);
}

class GeoJsonWriter {
 public:
  GeoJsonWriter(ByteSink& sink, const JsonOptions& options)
      : output_(sink, options.progress), options_(options) {}

  void write(ByteSource& changeset) {
    ChangesetReader reader(changeset);
    const Change* change = reader.next();
    const SchemaLookup schemas(options_.schema, reader.envelope());
    if (change != nullptr && schemas.is_empty()) {
      throw Error(ErrorCode::SchemaMismatch,
                  "the changeset does not tell which columns are geometries; give the schema of "
                  "the file that was changed, or extract with an envelope");
    }
    write_header(schemas);
    TableFollower follower;
    for (; change != nullptr; change = reader.next()) {
      if (follower.follow(*change)) begin_table(*change->table, schemas);
      write_feature(*change);
      output_.end_change();
    }
    output_.text() += "\n]}\n";
    output_.finish();
  }

 private:
  void write_header(const SchemaLookup& schemas) {
    std::string& out = output_.text();
    out += "{\"type\": \"FeatureCollection\", ";
    const auto srs_id = common_srs(schemas);
    if (srs_id && *srs_id != kWgs84 && is_epsg(*srs_id)) {
      named_srs_ = srs_id;
      out += fmt::format(
          "\"crs\": {{\"type\": \"name\", \"properties\": {{\"name\": "
          "\"urn:ogc:def:crs:EPSG::{}\"}}}}, ",
          *srs_id);
    }
    out += "\"features\": [";
  }

  void begin_table(const ChangesetTable& table, const SchemaLookup& schemas) {
    labels_ = labels_of(table, schemas);
    table_json_.clear();
    append_json_text(table.name, table_json_);
    srs_json_.clear();
    const std::int32_t srs_id = labels_.geometry ? labels_.schema->srs_id : kWgs84;
    if (srs_id != kWgs84 && named_srs_ != srs_id) {
      srs_json_ = fmt::format("\"srs_id\": {}, ", srs_id);
    }
  }

  void write_feature(const Change& change) {
    std::string& out = output_.text();
    out += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    out += "{\"type\": \"Feature\", " + srs_json_ + "\"geometry\": ";
    const bool is_delete = change.operation == Operation::Delete;
    const bool is_shown = append_geometry(is_delete ? change.old_values : change.new_values);
    out += ", \"properties\": {\"table\": " + table_json_ + ", \"operation\": \"";
    out += to_string(change.operation);
    out += "\", \"key\": ";
    CellWriter(labels_, false).append_key(change.key_values(), out);
    if (change.operation != Operation::Insert) {
      out += ", \"old\": ";
      append_cells(change.old_values, is_delete && is_shown);
    }
    if (!is_delete) {
      out += ", \"new\": ";
      append_cells(change.new_values, is_shown);
    }
    out += "}}";
  }

  /// @return whether the geometry is there; else null is
  bool append_geometry(std::span<const ValueView> values) {
    if (labels_.geometry && append_blob(values[*labels_.geometry], output_.text())) return true;
    output_.text() += "null";
    return false;
  }

  /// @param is_shown  the geometry is that of the feature and need not be repeated
  void append_cells(std::span<const ValueView> values, bool is_shown) {
    std::string& out = output_.text();
    const CellWriter cells(labels_, false);
    char separator = '{';
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_geometry = labels_.geometry == i;
      if (labels_.is_key[i] || !values[i].is_defined() || (is_geometry && is_shown)) continue;
      if (separator == ',') out += ", ";
      if (separator == '{') out += '{';
      separator = ',';
      if (is_geometry) {
        append_geometry_cell(values[i]);
      } else {
        cells.append_cell(i, values[i], out);
      }
    }
    out += separator == '{' ? "{}" : "}";
  }

  void append_geometry_cell(ValueView value) {
    std::string& out = output_.text();
    out += labels_.members[*labels_.geometry];
    if (!append_blob(value, out)) append_json_value(value, out);
  }

  JsonOutput output_;
  const JsonOptions& options_;
  JsonLabels labels_;
  std::string table_json_;
  std::string srs_json_;
  std::optional<std::int32_t> named_srs_;
  bool is_first_ = true;
};

}  // namespace

void write_geojson(ByteSource& changeset, ByteSink& out, const JsonOptions& options) {
  GeoJsonWriter(out, options).write(changeset);
}

}  // namespace qfcsync
