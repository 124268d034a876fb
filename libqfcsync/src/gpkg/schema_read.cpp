#include "gpkg/schema_read.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"
#include "gpkg/pragma.hpp"
#include "gpkg/read_connection.hpp"
#include "gpkg/schema_index.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

using base::lower_case;
using base::upper_case;
using edit::Statement;
using Reason = TableNote::Reason;

// GeoPackage 1.4 with its registered extensions, and GDAL's table of feature counts. The tables of
// "gpkgext_" extensions hold what users enter (relations) and are compared.
constexpr std::array<std::string_view, 13> kSystemTables = {
    "gpkg_spatial_ref_sys",
    "gpkg_contents",
    "gpkg_geometry_columns",
    "gpkg_tile_matrix_set",
    "gpkg_tile_matrix",
    "gpkg_extensions",
    "gpkg_data_columns",
    "gpkg_data_column_constraints",
    "gpkg_metadata",
    "gpkg_metadata_reference",
    "gpkg_2d_gridded_coverage_ancillary",
    "gpkg_2d_gridded_tile_ancillary",
    "gpkg_ogr_contents",
};

// Values of "hidden" in table_xinfo.
constexpr std::int64_t kOrdinaryColumn = 0;

struct Entry {
  std::string name;
  std::string type;  // table, view, virtual, shadow
  bool is_without_rowid = false;
};

/// In the order of names.
std::vector<Entry> read_entries(sqlite3* database) {
  std::vector<Entry> entries;
  Statement statement(database, "PRAGMA main.table_list");
  while (statement.step()) {
    entries.push_back({statement.column_text(table_list::kName),
                       statement.column_text(table_list::kType),
                       statement.column_int(table_list::kWithoutRowid) != 0});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

void refuse_hidden(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (!lower_case(entry.name).starts_with("pragma_")) continue;
    throw Error(ErrorCode::Unsupported,
                fmt::format("the file has a table {}, which hides what SQLite says about tables; "
                            "rename it",
                            entry.name));
  }
}

bool has_table(const std::vector<Entry>& entries, std::string_view name) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& entry) { return lower_case(entry.name) == name; });
}

void read_columns(sqlite3* database, TableSchema& table) {
  Statement statement(database, pragma("table_xinfo", table.name));
  while (statement.step()) {
    if (statement.column_int(table_xinfo::kHidden) != kOrdinaryColumn) continue;
    ColumnSchema column;
    column.name = statement.column_text(table_xinfo::kName);
    column.type = statement.column_text(table_xinfo::kType);
    column.key = static_cast<int>(statement.column_int(table_xinfo::kKey));
    column.not_null = statement.column_int(table_xinfo::kNotNull) != 0;
    if (!statement.column_view(table_xinfo::kDefault).is_null()) {
      column.default_sql = statement.column_text(table_xinfo::kDefault);
    }
    table.columns.push_back(std::move(column));
  }
}

std::vector<std::string> key_columns(const TableSchema& table) {
  std::vector<const ColumnSchema*> columns;
  for (const ColumnSchema& column : table.columns) {
    if (column.key > 0) columns.push_back(&column);
  }
  std::sort(columns.begin(), columns.end(),
            [](const ColumnSchema* a, const ColumnSchema* b) { return a->key < b->key; });
  std::vector<std::string> names;
  for (const ColumnSchema* column : columns) names.push_back(column->name);
  return names;
}

/// SQLite takes a column for the rowid only by its exact type, and not with DESC: then an index
/// stands for the key.
bool is_rowid_alias(const TableSchema& table, const std::vector<std::string>& key,
                    bool key_has_index) {
  return key.size() == 1 && !table.is_without_rowid && !key_has_index &&
         lower_case(table.columns[*table.find(key.front())].type) == "integer";
}

void read_geometry(sqlite3* database, TableSchema& table) {
  Statement statement(database,
                      "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns "
                      "WHERE table_name = ?1 COLLATE NOCASE ORDER BY column_name");
  statement.bind_text(1, table.name);
  while (statement.step()) {
    const std::string name = lower_case(statement.column_text(0));
    for (const ColumnSchema& column : table.columns) {
      if (lower_case(column.name) != name) continue;
      table.geometry_column = column.name;
      table.geometry_type = upper_case(statement.column_text(1));
      table.srs_id = static_cast<std::int32_t>(statement.column_int(2));
      return;
    }
  }
}

TableSchema read_table(sqlite3* database, const Entry& entry, bool has_geometries) {
  TableSchema table;
  table.name = entry.name;
  table.is_without_rowid = entry.is_without_rowid;
  read_columns(database, table);
  const std::vector<std::string> key = key_columns(table);
  const TableIndexes indexes = read_indexes(database, table, key);
  table.has_integer_key = is_rowid_alias(table, key, indexes.key_has_index);
  table.unique = indexes.unique;
  if (has_geometries) read_geometry(database, table);
  return table;
}

/// Tables "rtree_<table>_<column>" of the file's geometry columns, in lower case.
std::vector<std::string> spatial_indexes(sqlite3* database, bool has_geometries) {
  std::vector<std::string> names;
  if (!has_geometries) return names;
  Statement statement(database,
                      "SELECT v.name FROM gpkg_geometry_columns g JOIN sqlite_schema v ON "
                      "v.name = 'rtree_' || g.table_name || '_' || g.column_name COLLATE NOCASE "
                      "WHERE v.sql LIKE 'CREATE VIRTUAL TABLE%USING%rtree%'");
  while (statement.step()) names.push_back(lower_case(statement.column_text(0)));
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The three tables that an rtree keeps its entries in.
bool is_index_storage(const std::vector<std::string>& indexes, const std::string& name) {
  const std::size_t end = name.rfind('_');
  if (end == std::string::npos || !contains(indexes, name.substr(0, end))) return false;
  const std::string_view suffix = std::string_view(name).substr(end);
  return suffix == "_node" || suffix == "_parent" || suffix == "_rowid";
}

std::optional<TableNote> note_on(const Entry& entry) {
  if (entry.type == "view") {
    return TableNote{entry.name, Reason::View,
                     fmt::format("{} is a view: its tables are compared instead", entry.name)};
  }
  if (entry.type == "virtual") {
    return TableNote{
        entry.name, Reason::Virtual,
        fmt::format("{} is a virtual table: what it shows is not compared", entry.name)};
  }
  if (entry.type == "shadow") {
    return TableNote{entry.name, Reason::Derived,
                     fmt::format("{} is the storage of a virtual table: not compared", entry.name)};
  }
  return std::nullopt;
}

void read_entry(sqlite3* database, const Entry& entry, bool has_geometries,
                DatabaseSchema& schema) {
  if (auto note = note_on(entry)) {
    schema.notes.push_back(*std::move(note));
    return;
  }
  TableSchema table = read_table(database, entry, has_geometries);
  const bool has_key = std::any_of(table.columns.begin(), table.columns.end(),
                                   [](const ColumnSchema& column) { return column.key > 0; });
  if (has_key) {
    schema.tables.push_back(std::move(table));
  } else {
    schema.notes.push_back(
        {entry.name, Reason::NoKey,
         fmt::format(
             "table {} has no primary key: its rows cannot be named, so no changeset has them",
             entry.name)});
  }
}

}  // namespace

bool is_system_table(std::string_view name) {
  const std::string text = lower_case(name);
  return text.starts_with("sqlite_") ||
         std::find(kSystemTables.begin(), kSystemTables.end(), text) != kSystemTables.end();
}

void refuse_hidden_pragmas(sqlite3* database) { refuse_hidden(read_entries(database)); }

DatabaseSchema read_schema(sqlite3* database) {
  DatabaseSchema schema;
  const std::vector<Entry> entries = read_entries(database);
  refuse_hidden(entries);
  const bool has_geometries = has_table(entries, "gpkg_geometry_columns");
  const std::vector<std::string> indexes = spatial_indexes(database, has_geometries);
  for (const Entry& entry : entries) {
    const std::string name = lower_case(entry.name);
    if (is_system_table(name) || contains(indexes, name) || is_index_storage(indexes, name)) {
      continue;
    }
    read_entry(database, entry, has_geometries, schema);
  }
  std::vector<std::string> tables;
  for (const Entry& entry : entries) {
    if (entry.type == "table") tables.push_back(entry.name);
  }
  read_relations(database, tables, schema);
  return schema;
}

}  // namespace qfcsync::gpkg

namespace qfcsync {

DatabaseSchema read_schema(const std::filesystem::path& file) {
  const gpkg::ReadConnection connection(file);
  DatabaseSchema schema = gpkg::read_schema(connection.handle());
  connection.check_unchanged();
  return schema;
}

}  // namespace qfcsync
