#include "gpkg/edit_schema.hpp"

#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"

#include <algorithm>

namespace qfcsync::gpkg::edit {
namespace {

using base::same_name;
using base::upper_case;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_own_table(const std::string& name) {
  const std::string text = upper_case(name);
  return text.starts_with("GPKG_") || text.starts_with("RTREE_") || text.starts_with("SQLITE_");
}

std::string first_table(sqlite3* database) {
  Statement statement(database,
                      "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features',"
                      "'attributes','aspatial') ORDER BY data_type <> 'features', rowid LIMIT 1");
  return statement.step() ? statement.column_text(0) : std::string();
}

/// Fills name and sort of the table; false when there is none.
bool read_entry(sqlite3* database, const std::string& name, TableSchema& schema,
                bool& without_rowid) {
  Statement statement(database,
                      "SELECT name, type, wr FROM pragma_table_list WHERE schema='main' AND "
                      "name = ?1 COLLATE NOCASE ORDER BY name <> ?1");
  statement.bind_text(1, name);
  if (!statement.step()) return false;
  schema.name = statement.column_text(0);
  schema.is_plain = statement.column_text(1) == "table";
  without_rowid = statement.column_int(2) != 0;
  return !is_own_table(schema.name);
}

void read_geometry(sqlite3* database, TableSchema& schema) {
  Statement exists(database, "SELECT 1 FROM sqlite_master WHERE name='gpkg_geometry_columns'");
  if (!exists.step()) return;
  Statement statement(database,
                      "SELECT column_name, geometry_type_name, srs_id, z, m FROM "
                      "gpkg_geometry_columns WHERE table_name = ?1 COLLATE NOCASE");
  statement.bind_text(1, schema.name);
  if (!statement.step()) return;
  schema.geometry = statement.column_text(0);
  if (!model::type_from_name(upper_case(statement.column_text(1)), schema.geometry_rule.type)) {
    schema.geometry_rule.type = model::GeometryType::Any;
  }
  schema.srs_id = static_cast<std::int32_t>(statement.column_int(2));
  const auto rule = [&](int column) {
    const std::int64_t number = statement.column_int(column);
    return number == 0   ? model::DimensionRule::Prohibited
           : number == 1 ? model::DimensionRule::Mandatory
                         : model::DimensionRule::Optional;
  };
  schema.geometry_rule.z = rule(3);
  schema.geometry_rule.m = rule(4);
}

void set_range(Column& column) {
  const bool is_short = column.type == "SMALLINT";
  const bool is_medium = column.type == "MEDIUMINT" || column.type == "TINYINT";
  if (is_short) {
    column.min = std::numeric_limits<std::int16_t>::min();
    column.max = std::numeric_limits<std::int16_t>::max();
  } else if (is_medium) {
    column.min = std::numeric_limits<std::int32_t>::min();
    column.max = std::numeric_limits<std::int32_t>::max();
  }
}

void read_columns(sqlite3* database, TableSchema& schema) {
  Statement statement(database,
                      "SELECT name, type, dflt_value, pk, hidden FROM pragma_table_xinfo(?1)");
  statement.bind_text(1, schema.name);
  std::string geometry;
  while (statement.step()) {
    Column column;
    column.name = statement.column_text(0);
    if (statement.column_int(4) == 1) continue;  // hidden column of a virtual table
    if (!schema.geometry.empty() && same_name(column.name, schema.geometry)) {
      geometry = column.name;
      continue;
    }
    column.type = upper_case(statement.column_text(1));
    column.kind = kind_of(column.type);
    column.default_sql = statement.column_text(2);
    column.is_generated = statement.column_int(4) > 1;
    set_range(column);
    if (statement.column_int(3) > 0 && ++schema.key_columns == 1) {
      schema.key = schema.columns.size();
    }
    schema.index.emplace(column.name, schema.columns.size());
    schema.columns.push_back(std::move(column));
  }
  schema.geometry = geometry;  // as the table spells it; "" if the entry was wrong
}

/// Marks columns with a unique index of their own; returns whether the key has one.
bool read_unique_columns(sqlite3* database, TableSchema& schema) {
  Statement statement(
      database,
      "SELECT l.origin, min(i.name) FROM pragma_index_list(?1) l, pragma_index_info(l.name) i "
      "WHERE l.\"unique\" AND NOT l.partial GROUP BY l.name HAVING count(*) = 1 AND "
      "count(i.name) = 1");
  statement.bind_text(1, schema.name);
  bool key_has_index = false;
  while (statement.step()) {
    if (statement.column_text(0) == "pk") key_has_index = true;
    const auto found = schema.index.find(statement.column_text(1));
    if (found != schema.index.end()) schema.columns[found->second].is_unique = true;
  }
  return key_has_index;
}

void find_key_by_name(TableSchema& schema) {
  for (std::size_t i = 0; i < schema.columns.size() && !schema.key; ++i) {
    if (upper_case(schema.columns[i].name) == "FID") schema.key = i;
  }
}

std::string rowid_name(const TableSchema& schema) {
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    const auto taken = [&](const Column& column) { return same_name(column.name, name); };
    if (std::none_of(schema.columns.begin(), schema.columns.end(), taken)) return name;
  }
  return {};
}

bool has_count_trigger(sqlite3* database, const std::string& table, const char* event) {
  Statement statement(database,
                      "SELECT 1 FROM sqlite_master WHERE type='trigger' AND tbl_name = ?1 COLLATE "
                      "NOCASE AND sql LIKE '%gpkg_ogr_contents%' AND sql LIKE '%AFTER ' || ?2 || "
                      "'%'");
  statement.bind_text(1, table).bind_text(2, event);
  return statement.step();
}

void read_keys(sqlite3* database, bool without_rowid, TableSchema& schema) {
  const bool key_has_index = read_unique_columns(database, schema);
  if (schema.key_columns == 1) {
    Column& key = schema.columns[*schema.key];
    key.is_unique = true;
    schema.key_is_rowid = key.type == "INTEGER" && !key_has_index && !without_rowid;
  } else if (schema.key_columns == 0) {
    find_key_by_name(schema);
  }
  if (!without_rowid) schema.locator = rowid_name(schema);
  if (schema.key && (schema.key_is_rowid || schema.locator.empty())) {
    schema.locator = sql_name(schema.columns[*schema.key].name);
  }
}

}  // namespace

const Column* TableSchema::find(const std::string& column) const {
  const auto found = index.find(column);
  return found == index.end() ? nullptr : &columns[found->second];
}

ColumnKind kind_of(std::string_view type) {
  model::GeometryType geometry{};
  type = type.substr(0, type.find('('));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (type == "BOOLEAN" || type == "BOOL") return ColumnKind::Boolean;
  if (type == "DATE") return ColumnKind::Date;
  if (type == "DATETIME" || type == "TIMESTAMP") return ColumnKind::DateTime;
  if (type == "BLOB" || model::type_from_name(type, geometry)) return ColumnKind::Blob;
  if (contains(type, "INT")) return ColumnKind::Integer;
  for (const char* part : {"REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"}) {
    if (contains(type, part)) return ColumnKind::Real;
  }
  return ColumnKind::Text;
}

std::optional<TableSchema> read_schema(sqlite3* database, const std::string& table) {
  TableSchema schema;
  bool without_rowid = false;
  const std::string name = table.empty() ? first_table(database) : table;
  if (name.empty() || !read_entry(database, name, schema, without_rowid)) return std::nullopt;
  read_geometry(database, schema);
  read_columns(database, schema);
  read_keys(database, without_rowid, schema);
  schema.has_count_triggers = has_count_trigger(database, schema.name, "INSERT") &&
                              has_count_trigger(database, schema.name, "DELETE");
  return schema;
}

}  // namespace qfcsync::gpkg::edit
