#include "apply/target_table.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using base::same_name;
using base::upper_case;
using gpkg::edit::sql_name;
using gpkg::edit::Statement;

bool exists(sqlite3* database, std::string_view name, const char* type) {
  Statement statement(database,
                      "SELECT 1 FROM pragma_table_list WHERE schema='main' AND name = ?1 "
                      "COLLATE NOCASE AND type = ?2");
  return statement.bind_text(1, name).bind_text(2, type).step();
}

/// A table behind a spatial index that the triggers of a layer keep.
bool is_behind_spatial_index(sqlite3* database, const std::string& name) {
  for (const std::string_view part : {"_node", "_rowid", "_parent"}) {
    if (!name.ends_with(part)) continue;
    const std::string index = name.substr(0, name.size() - part.size());
    Statement statement(database,
                        "SELECT 1 FROM gpkg_geometry_columns WHERE 'rtree_' || table_name || '_' "
                        "|| column_name = ?1 COLLATE NOCASE");
    return statement.bind_text(1, index).step();
  }
  return false;
}

std::string count_text(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

[[noreturn]] void refuse(std::string_view table, const std::string& why) {
  throw Error(ErrorCode::SchemaMismatch, fmt::format("table {}: {}", table, why));
}

/// Finds the table by name and checks that rows of it can be written.
void read_kind(sqlite3* database, const ChangesetTable& wanted, TargetTable& table,
               bool& is_without_rowid) {
  Statement statement(database,
                      "SELECT name, type, wr FROM pragma_table_list WHERE schema='main' AND "
                      "name = ?1 COLLATE NOCASE ORDER BY name <> ?1");
  if (!statement.bind_text(1, wanted.name).step()) {
    refuse(wanted.name, "the changeset changes rows of it, but the file has no such table");
  }
  table.name = statement.column_text(0);
  const std::string type = statement.column_text(1);
  is_without_rowid = statement.column_int(2) != 0;
  if (same_name(table.name, "gpkg_ogr_contents")) table.role = TargetTable::Role::FeatureCounts;
  if (upper_case(table.name).starts_with("SQLITE_STAT")) table.role = TargetTable::Role::Derived;
  if (type == "shadow" && exists(database, "gpkg_geometry_columns", "table") &&
      is_behind_spatial_index(database, table.name)) {
    table.role = TargetTable::Role::Derived;
  }
  if (table.role != TargetTable::Role::Derived && type != "table") {
    refuse(table.name, fmt::format("the changeset changes rows of it, but it is a {} table, which "
                                   "cannot be written row by row",
                                   type));
  }
}

void read_columns(sqlite3* database, TargetTable& table) {
  Statement statement(database, "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1)");
  statement.bind_text(1, table.name);
  while (statement.step()) {
    if (statement.column_int(3) != 0) continue;  // generated: computed from the others
    TargetColumn column;
    column.name = statement.column_text(0);
    column.type = upper_case(statement.column_text(1));
    column.is_key = statement.column_int(2) > 0;
    if (column.is_key) table.key.push_back(table.columns.size());
    table.columns.push_back(std::move(column));
  }
}

void read_unique(sqlite3* database, TargetTable& table, bool is_without_rowid) {
  Statement statement(database,
                      "SELECT l.origin, i.name FROM pragma_index_list(?1) l, "
                      "pragma_index_info(l.name) i WHERE l.\"unique\"");
  statement.bind_text(1, table.name);
  bool key_has_index = false;
  bool has_expression = false;
  while (statement.step()) {
    const bool is_key = statement.column_text(0) == "pk";
    key_has_index |= is_key;
    const std::string name = statement.column_text(1);
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const auto& each) { return each.name == name; });
    if (column == table.columns.end()) {
      has_expression = true;  // or a generated column: any column may be behind it
    } else if (!is_key) {
      column->is_in_unique = true;
    }
  }
  for (auto& column : table.columns) column.is_in_unique |= has_expression && !column.is_key;
  table.has_rowid_key = table.key.size() == 1 && !is_without_rowid && !key_has_index &&
                        table.columns[table.key[0]].type == "INTEGER";
}

void read_conflict_clause(sqlite3* database, TargetTable& table) {
  Statement statement(database, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  if (!statement.bind_text(1, table.name).step()) return;
  // Two words in a name or a text do no harm: see RowWriter::or_abort().
  const std::string sql = upper_case(statement.column_text(0));
  for (auto at = sql.find("CONFLICT"); at != std::string::npos; at = sql.find("CONFLICT", at + 1)) {
    const std::string_view before = std::string_view(sql).substr(0, at);
    const auto end = before.find_last_not_of(" \t\r\n\f");
    table.has_conflict_clause |=
        end != std::string_view::npos && end + 1 < at && before.substr(0, end + 1).ends_with("ON");
  }
}

void read_geometry(sqlite3* database, TargetTable& table) {
  if (!exists(database, "gpkg_geometry_columns", "table")) return;
  Statement statement(database,
                      "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?1 COLLATE "
                      "NOCASE");
  if (!statement.bind_text(1, table.name).step()) return;
  const std::string name = statement.column_text(0);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (same_name(table.columns[i].name, name)) table.geometry = i;
  }
}

void mark_derived(TargetTable& table) {
  const auto mark = [&](std::initializer_list<std::string_view> names) {
    for (auto& column : table.columns) {
      column.is_derived = std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return same_name(column.name, name);
      });
    }
  };
  if (same_name(table.name, "gpkg_contents")) {
    mark({"last_change", "min_x", "min_y", "max_x", "max_y"});
  } else if (table.role == TargetTable::Role::FeatureCounts) {
    mark({"feature_count"});
  }
}

void check_names(const TargetTable& table, const TableSchema& described) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i < described.columns.size() &&
        same_name(table.columns[i].name, described.columns[i].name)) {
      continue;
    }
    refuse(table.name, fmt::format("column {} is \"{}\" in the file, but \"{}\" in the changeset",
                                   i + 1, table.columns[i].name,
                                   i < described.columns.size() ? described.columns[i].name : ""));
  }
}

void check_shape(const ChangesetTable& wanted, const TargetTable& table,
                 const TableSchema* described) {
  if (table.key.empty()) refuse(table.name, "it has no primary key, so that rows have no name");
  if (wanted.column_count() != table.columns.size()) {
    refuse(table.name,
           fmt::format("the file has {}, the changeset {}; bring the file to the "
                       "schema of the changeset first",
                       count_text(table.columns.size(), "column"), wanted.column_count()));
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if ((wanted.key[i] != 0) == table.columns[i].is_key) continue;
    refuse(table.name,
           fmt::format("column \"{}\" is {} the primary key in the file, but {} in the "
                       "changeset",
                       table.columns[i].name, table.columns[i].is_key ? "part of" : "not part of",
                       table.columns[i].is_key ? "not" : "is"));
  }
  if (described != nullptr) check_names(table, *described);
}

ForeignKey read_foreign_key(sqlite3* database, const Statement& row) {
  ForeignKey key;
  key.child = row.column_text(0);
  Statement parent(database,
                   "SELECT name FROM pragma_table_list WHERE schema='main' AND name = ?1 "
                   "COLLATE NOCASE");
  const std::string name = row.column_text(2);
  if (parent.bind_text(1, name).step()) key.parent = parent.column_text(0);
  for (const int column : {3, 4}) {
    const std::string action = row.column_text(column);
    const bool does = action == "CASCADE" || action == "SET NULL" || action == "SET DEFAULT";
    key.has_action |= does;
    if (does && column == 3) key.on_update = action;
  }
  return key;
}

/// Columns of a key that names none: the primary key of the parent.
void default_to_primary_key(sqlite3* database, ForeignKey& key) {
  if (std::none_of(key.parent_columns.begin(), key.parent_columns.end(),
                   [](const auto& name) { return name.empty(); })) {
    return;
  }
  key.parent_columns.clear();
  Statement statement(database, "SELECT name FROM pragma_table_info(?1) WHERE pk ORDER BY pk");
  statement.bind_text(1, key.parent);
  while (statement.step()) key.parent_columns.push_back(statement.column_text(0));
}

/// SQLite takes no row of a table whose keys fit no columns; nothing can be asked of those.
bool is_sound(sqlite3* database, const ForeignKey& key) {
  if (key.parent.empty()) return true;
  if (key.parent_columns.size() != key.child_columns.size()) return false;
  return std::all_of(
      key.parent_columns.begin(), key.parent_columns.end(), [&](const std::string& name) {
        Statement statement(database,
                            "SELECT 1 FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE");
        return statement.bind_text(1, key.parent).bind_text(2, name).step();
      });
}

}  // namespace

std::vector<std::string> TargetTable::key_names() const {
  std::vector<std::string> names;
  for (const std::size_t column : key) names.push_back(columns[column].name);
  return names;
}

std::optional<std::size_t> TargetTable::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (same_name(columns[i].name, column)) return i;
  }
  return std::nullopt;
}

std::vector<ForeignKey> read_foreign_keys(sqlite3* database) {
  std::vector<ForeignKey> keys;
  Statement statement(database,
                      "SELECT t.name, f.id, f.\"table\", f.on_update, f.on_delete, f.\"from\", "
                      "f.\"to\" FROM pragma_table_list t, pragma_foreign_key_list(t.name) f WHERE "
                      "t.schema='main' AND t.type='table' ORDER BY t.name, f.id, f.seq");
  std::string last;
  while (statement.step()) {
    const std::string name =
        fmt::format("{} {}", statement.column_int(1), statement.column_text(0));
    if (name != last) keys.push_back(read_foreign_key(database, statement));
    last = name;
    keys.back().child_columns.push_back(statement.column_text(5));
    keys.back().parent_columns.push_back(statement.column_text(6));
  }
  for (auto& key : keys) default_to_primary_key(database, key);
  std::erase_if(keys, [&](const ForeignKey& key) { return !is_sound(database, key); });
  return keys;
}

void mark_referenced(TargetTable& table, const std::vector<ForeignKey>& foreign_keys) {
  for (const ForeignKey& key : foreign_keys) {
    if (!key.has_action || !same_name(key.parent, table.name)) continue;
    table.is_action_parent = true;
    for (auto& column : table.columns) {
      column.is_referenced |=
          std::any_of(key.parent_columns.begin(), key.parent_columns.end(),
                      [&](const std::string& name) { return same_name(column.name, name); });
    }
  }
}

TargetTable read_watched_table(sqlite3* database, const std::string& name) {
  TargetTable table;
  table.name = name;
  read_columns(database, table);
  if (table.columns.empty()) refuse(name, "the file has no such table");
  if (!table.key.empty()) return table;
  for (const char* rowid : {"rowid", "_rowid_", "oid"}) {
    if (table.find(rowid)) continue;
    TargetColumn column;
    column.name = rowid;
    column.is_key = true;
    table.columns.insert(table.columns.begin(), std::move(column));
    table.key.push_back(0);
    table.has_nameless_rows = true;
    break;
  }
  return table;
}

TargetTable read_target_table(sqlite3* database, const ChangesetTable& wanted,
                              const TableSchema* described,
                              const std::vector<ForeignKey>& foreign_keys) {
  TargetTable table;
  bool is_without_rowid = false;
  read_kind(database, wanted, table, is_without_rowid);
  if (table.role == TargetTable::Role::Derived) return table;
  read_columns(database, table);
  check_shape(wanted, table, described);
  read_unique(database, table, is_without_rowid);
  read_conflict_clause(database, table);
  read_geometry(database, table);
  mark_derived(table);
  mark_referenced(table, foreign_keys);
  table.triggers = read_triggers(database, table);
  return table;
}

}  // namespace qfcsync::apply
