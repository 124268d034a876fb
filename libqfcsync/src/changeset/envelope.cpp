#include "changeset/envelope.hpp"

#include <qfcsync/error.hpp>

#include "changeset/format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::changeset {
namespace {

using Json = nlohmann::ordered_json;

Json column_json(const ColumnSchema& column) {
  Json json{{"name", column.name}, {"type", column.type}};
  if (column.key != 0) json["key"] = column.key;
  if (column.not_null) json["not_null"] = true;
  if (column.default_sql) json["default"] = *column.default_sql;
  return json;
}

ColumnSchema column_from(const Json& json) {
  ColumnSchema column;
  column.name = json.at("name").get<std::string>();
  column.type = json.at("type").get<std::string>();
  column.key = json.value("key", 0);
  column.not_null = json.value("not_null", false);
  if (json.contains("default")) column.default_sql = json.at("default").get<std::string>();
  return column;
}

Json table_json(const TableSchema& table) {
  Json json{{"name", table.name}, {"columns", Json::array()}};
  for (const ColumnSchema& column : table.columns) json["columns"].push_back(column_json(column));
  if (table.is_without_rowid) json["without_rowid"] = true;
  if (table.has_integer_key) json["integer_key"] = true;
  if (!table.geometry_column.empty()) {
    json["geometry"] = {
        {"column", table.geometry_column}, {"type", table.geometry_type}, {"srs_id", table.srs_id}};
  }
  if (!table.unique.empty()) json["unique"] = table.unique;
  return json;
}

TableSchema table_from(const Json& json) {
  TableSchema table;
  table.name = json.at("name").get<std::string>();
  for (const Json& column : json.at("columns")) table.columns.push_back(column_from(column));
  table.is_without_rowid = json.value("without_rowid", false);
  table.has_integer_key = json.value("integer_key", false);
  if (json.contains("geometry")) {
    const Json& geometry = json.at("geometry");
    table.geometry_column = geometry.at("column").get<std::string>();
    table.geometry_type = geometry.at("type").get<std::string>();
    table.srs_id = geometry.at("srs_id").get<std::int32_t>();
  }
  if (json.contains("unique")) json.at("unique").get_to(table.unique);
  return table;
}

Json relation_json(const Relation& relation) {
  return {{"child_table", relation.child_table},
          {"child_columns", relation.child_columns},
          {"parent_table", relation.parent_table},
          {"parent_columns", relation.parent_columns},
          {"origin", static_cast<int>(relation.origin)}};
}

Relation relation_from(const Json& json) {
  Relation relation;
  relation.child_table = json.at("child_table").get<std::string>();
  json.at("child_columns").get_to(relation.child_columns);
  relation.parent_table = json.at("parent_table").get<std::string>();
  json.at("parent_columns").get_to(relation.parent_columns);
  const int origin = json.at("origin").get<int>();
  if (origin < 0 || origin > static_cast<int>(Relation::Origin::Caller)) {
    throw Error(ErrorCode::Corrupt, "a relation of the envelope has an unknown origin");
  }
  relation.origin = static_cast<Relation::Origin>(origin);
  return relation;
}

void check_version(const Json& json) {
  if (json.at("version").get<int>() > kEnvelopeVersion) {
    throw Error(ErrorCode::FormatTooNew,
                "the envelope of the changeset was written by a newer version of qfcsync");
  }
}

ChangesetEnvelope envelope_from(const Json& json) {
  check_version(json);
  ChangesetEnvelope envelope;
  envelope.tool_version = json.at("tool").get<std::string>();
  envelope.schema_fingerprint = json.at("schema").get<std::string>();
  envelope.base_id = json.at("base").get<std::string>();
  for (const Json& table : json.at("tables")) envelope.tables.push_back(table_from(table));
  for (const Json& one : json.at("relations")) envelope.relations.push_back(relation_from(one));
  for (const auto& [table, key] : json.at("max_keys").items()) {
    envelope.max_keys.emplace_back(table, key.get<std::int64_t>());
  }
  return envelope;
}

/// Runs a reader of JSON; whatever it dislikes is a damaged changeset.
template <class Read>
auto read_part(std::string_view text, const char* part, Read&& read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("the {} of the changeset is damaged: {}", part, error.what()));
  }
}

}  // namespace

std::string envelope_text(const ChangesetEnvelope& envelope) {
  Json json{{"version", kEnvelopeVersion},
            {"tool", envelope.tool_version},
            {"schema", envelope.schema_fingerprint},
            {"base", envelope.base_id},
            {"tables", Json::array()},
            {"relations", Json::array()},
            {"max_keys", Json::object()}};
  for (const TableSchema& table : envelope.tables) json["tables"].push_back(table_json(table));
  for (const Relation& one : envelope.relations) json["relations"].push_back(relation_json(one));
  for (const auto& [table, key] : envelope.max_keys) json["max_keys"][table] = key;
  // Names that are no UTF-8 are kept readable rather than refused: only people see them here.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ChangesetEnvelope parse_envelope(std::string_view text) {
  return read_part(text, "envelope", envelope_from);
}

std::string checksum_text(const Checksum& checksum) {
  return Json{
      {"version", kEnvelopeVersion}, {"changes", checksum.changes}, {"xxh3_128", checksum.xxh3}}
      .dump();
}

Checksum parse_checksum(std::string_view text) {
  return read_part(text, "checksum", [](const Json& json) {
    check_version(json);
    return Checksum{json.at("changes").get<std::uint64_t>(),
                    json.at("xxh3_128").get<std::string>()};
  });
}

}  // namespace qfcsync::changeset
