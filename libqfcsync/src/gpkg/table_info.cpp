#include "gpkg/table_info.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/table_authorizer.hpp"
#include "model/geometry.hpp"

#include <algorithm>

#include <SQLiteCpp/Statement.h>

namespace qfcsync::gpkg {
namespace {

using base::upper_case;

bool has_table(SQLite::Database& database, const char* name) {
  SQLite::Statement query(database, "SELECT 1 FROM sqlite_schema WHERE name = ?");
  query.bind(1, name);
  return query.executeStep();
}

void append_names(SQLite::Database& database, const char* sql, std::vector<std::string>& names) {
  SQLite::Statement query(database, sql);
  while (query.executeStep()) names.push_back(query.getColumn(0).getString());
}

// SQLite accepts a column as alias of the row id only for the exact type INTEGER; GDAL takes any
// integer type as key, so that a table made with "MEDIUMINT PRIMARY KEY" still has one.
bool is_integer_type(const std::string& type) { return type.find("INT") != std::string::npos; }

std::string stored_name(SQLite::Database& database, const std::string& name) {
  SQLite::Statement query(
      database,
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name <> ?");
  query.bind(1, name);
  query.bind(2, name);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

void read_geometry(SQLite::Database& database, TableInfo& table) {
  if (!has_table(database, "gpkg_geometry_columns")) return;
  SQLite::Statement query(database,
                          "SELECT column_name, geometry_type_name, srs_id, z, m FROM "
                          "gpkg_geometry_columns WHERE table_name = ? COLLATE NOCASE");
  query.bind(1, table.name);
  if (!query.executeStep()) return;
  table.geometry = query.getColumn(0).getString();
  table.geometry_type = upper_case(query.getColumn(1).getString());
  table.srs_id = query.getColumn(2).getInt();
  table.z = query.getColumn(3).getInt();
  table.m = query.getColumn(4).getInt();
}

void read_contents(SQLite::Database& database, TableInfo& table) {
  if (!has_table(database, "gpkg_contents")) return;
  SQLite::Statement query(
      database, "SELECT description FROM gpkg_contents WHERE table_name = ? COLLATE NOCASE");
  query.bind(1, table.name);
  if (query.executeStep()) table.description = query.getColumn(0).getString();
}

void read_authority(SQLite::Database& database, TableInfo& table) {
  if (!table.srs_id || !has_table(database, "gpkg_spatial_ref_sys")) return;
  SQLite::Statement query(database,
                          "SELECT organization, organization_coordsys_id FROM "
                          "gpkg_spatial_ref_sys WHERE srs_id = ? AND srs_id > 0");
  query.bind(1, *table.srs_id);
  if (!query.executeStep()) return;
  table.authority =
      upper_case(query.getColumn(0).getString()) + ":" + query.getColumn(1).getString();
}

void read_columns(SQLite::Database& database, TableInfo& table) {
  SQLite::Statement query(database, "PRAGMA table_xinfo(" + sql_name(table.name) + ")");
  int key_columns = 0;
  std::string key;
  std::vector<ColumnInfo> columns;
  while (query.executeStep()) {
    const int hidden = query.getColumn(6).getInt();
    if (hidden == 1) continue;  // hidden column of a virtual table
    ColumnInfo column{query.getColumn(1).getString(), upper_case(query.getColumn(2).getString()),
                      !query.getColumn(4).isNull()};
    if (query.getColumn(5).getInt() > 0) {
      ++key_columns;
      if (is_integer_type(column.type)) key = column.name;
    }
    columns.push_back(std::move(column));
  }
  table.has_composite_key = key_columns > 1;
  if (key_columns == 1) table.key = key;
  for (ColumnInfo& column : columns) {
    if (column.name != table.key && !base::same_name(column.name, table.geometry)) {
      table.columns.push_back(std::move(column));
    }
  }
}

TableInfo read_existing(SQLite::Database& database, const std::string& name) {
  TableInfo table;
  table.name = name;
  SQLite::Statement type(database, "SELECT type = 'view' FROM sqlite_schema WHERE name = ?");
  type.bind(1, name);
  table.is_view = type.executeStep() && type.getColumn(0).getInt() != 0;
  read_geometry(database, table);
  read_contents(database, table);
  read_authority(database, table);
  read_columns(database, table);
  return table;
}

}  // namespace

int TableInfo::wkb_type() const {
  if (geometry.empty()) return 100;
  model::GeometryType type = model::GeometryType::Any;
  if (!model::type_from_name(geometry_type, type)) return 0;
  const int base = static_cast<int>(type);
  if (base == 0) return 0;
  return base + (z == 1 ? 1000 : 0) + (m == 1 ? 2000 : 0);
}

std::vector<std::string> layer_tables(SQLite::Database& database) {
  std::vector<std::string> names;
  if (!has_table(database, "gpkg_contents")) return names;
  if (has_table(database, "gpkg_geometry_columns")) {
    append_names(database,
                 "SELECT c.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g ON "
                 "g.table_name = c.table_name WHERE c.data_type = 'features' ORDER BY c.rowid",
                 names);
  }
  append_names(database,
               "SELECT table_name FROM gpkg_contents WHERE data_type IN ('attributes', 'aspatial') "
               "ORDER BY rowid",
               names);
  return names;
}

std::optional<TableInfo> read_table(SQLite::Database& database, const std::string& name) {
  try {
    std::string wanted = name;
    if (wanted.empty()) {
      const std::vector<std::string> tables = layer_tables(database);
      if (tables.empty()) return std::nullopt;
      wanted = tables.front();
    }
    const std::string stored = stored_name(database, wanted);
    if (stored.empty()) return std::nullopt;
    TableInfo table = read_existing(database, stored);
    // A schema can list a table whose definition does not hold (a view on a missing table).
    SQLite::Statement(database, "SELECT 1 FROM " + sql_name(table.name) + " LIMIT 1").executeStep();
    return table;
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorCode::Corrupt, fmt::format("table \"{}\": {}", name, error.what()),
                ErrorOrigin::Sqlite, error.getErrorCode());
  }
}

std::string check_condition(SQLite::Database& database, const TableInfo& table,
                            const std::string& condition) {
  const ReadOnlyAuthorizer authorizer(database.getHandle(), {});
  try {
    SQLite::Statement(database,
                      "SELECT 1 FROM " + sql_name(table.name) + " WHERE (" + condition + "\n)");
    return {};
  } catch (const SQLite::Exception& error) {
    return error.what();
  }
}

}  // namespace qfcsync::gpkg
