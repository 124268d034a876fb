#include "changeset/schema_json.hpp"

#include <qfcsync/changeset_json.hpp>

namespace qfcsync::changeset {
namespace {

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

Json note_json(const TableNote& note) {
  return {{"table", note.table}, {"reason", to_string(note.reason)}, {"text", note.text}};
}

}  // namespace

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
          {"origin", to_string(relation.origin)}};
}

}  // namespace qfcsync::changeset

namespace qfcsync {

std::string schema_json(const DatabaseSchema& schema) {
  using changeset::Json;
  constexpr int kIndent = 2;
  Json json{{"fingerprint", fingerprint(schema)},
            {"tables", Json::array()},
            {"relations", Json::array()},
            {"notes", Json::array()}};
  for (const auto& table : schema.tables) json["tables"].push_back(changeset::table_json(table));
  for (const auto& relation : schema.relations) {
    json["relations"].push_back(changeset::relation_json(relation));
  }
  for (const auto& note : schema.notes) json["notes"].push_back(changeset::note_json(note));
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qfcsync
