#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"
#include "gpkg/pragma.hpp"
#include "gpkg/schema_read.hpp"

#include <algorithm>
#include <map>

#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

using base::lower_case;
using edit::Statement;

/// Finds tables and columns by the names that SQL and GeoPackage tables call them, in any letter
/// case, and gives the names as stored.
class Names {
 public:
  Names(sqlite3* database, const std::vector<std::string>& tables) : database_(database) {
    for (const std::string& name : tables) {
      if (!is_system_table(name)) tables_.push_back(name);
      stored_.emplace(lower_case(name), name);
    }
  }

  /// Those that users fill, by name.
  const std::vector<std::string>& tables() const { return tables_; }

  /// "" when there is no such table.
  std::string table(const std::string& name) const {
    const auto found = stored_.find(lower_case(name));
    return found == stored_.end() ? std::string() : found->second;
  }

  /// "" when there is no such column.
  std::string column(const std::string& table, const std::string& name) const {
    const std::string wanted = lower_case(name);
    Statement statement(database_, pragma("table_xinfo", table));
    while (statement.step()) {
      std::string stored = statement.column_text(table_xinfo::kName);
      if (lower_case(stored) == wanted) return stored;
    }
    return {};
  }

  std::vector<std::string> key(const std::string& table) const {
    std::map<std::int64_t, std::string> columns;
    Statement statement(database_, pragma("table_xinfo", table));
    while (statement.step()) {
      const std::int64_t position = statement.column_int(table_xinfo::kKey);
      if (position > 0) columns[position] = statement.column_text(table_xinfo::kName);
    }
    std::vector<std::string> names;
    for (auto& [position, name] : columns) names.push_back(std::move(name));
    return names;
  }

 private:
  sqlite3* database_;
  std::vector<std::string> tables_;
  std::map<std::string, std::string> stored_;
};

/// A foreign key as SQL spells it.
struct ForeignKey {
  std::string parent;
  std::vector<std::string> child_columns;
  std::vector<std::string> parent_columns;  // empty: the key of the parent
};

/// In the order of declaration: SQLite numbers them backwards.
std::vector<ForeignKey> foreign_keys(sqlite3* database, const std::string& table) {
  std::map<std::int64_t, ForeignKey, std::greater<>> keys;
  Statement statement(database, pragma("foreign_key_list", table));
  while (statement.step()) {  // columns of a key come in their order
    ForeignKey& key = keys[statement.column_int(foreign_key_list::kId)];
    key.parent = statement.column_text(foreign_key_list::kParent);
    key.child_columns.push_back(statement.column_text(foreign_key_list::kFrom));
    std::string parent_column = statement.column_text(foreign_key_list::kTo);
    if (!parent_column.empty()) key.parent_columns.push_back(std::move(parent_column));
  }
  std::vector<ForeignKey> result;
  for (auto& [id, key] : keys) result.push_back(std::move(key));
  return result;
}

bool resolve(const Names& names, const std::string& table, std::vector<std::string>& columns) {
  for (std::string& column : columns) {
    column = names.column(table, column);
    if (column.empty()) return false;
  }
  return !columns.empty();
}

/// Keeps relations whose two ends exist.
void add(const Names& names, Relation relation, std::vector<Relation>& out) {
  relation.child_table = names.table(relation.child_table);
  relation.parent_table = names.table(relation.parent_table);
  if (relation.child_table.empty() || relation.parent_table.empty()) return;
  if (relation.parent_columns.empty()) relation.parent_columns = names.key(relation.parent_table);
  if (!resolve(names, relation.child_table, relation.child_columns) ||
      !resolve(names, relation.parent_table, relation.parent_columns) ||
      relation.child_columns.size() != relation.parent_columns.size()) {
    return;
  }
  if (std::find(out.begin(), out.end(), relation) == out.end()) out.push_back(std::move(relation));
}

void read_declared(sqlite3* database, const Names& names, std::vector<Relation>& out) {
  for (const std::string& table : names.tables()) {
    for (ForeignKey& key : foreign_keys(database, table)) {
      add(names,
          {table, std::move(key.child_columns), std::move(key.parent),
           std::move(key.parent_columns), Relation::Origin::Declared},
          out);
    }
  }
}

/// A mapping table has the columns base_id and related_id.
void read_related_tables(sqlite3* database, const Names& names, std::vector<Relation>& out) {
  const std::string registry = names.table("gpkgext_relations");
  for (const char* column : {"base_table_name", "base_primary_column", "related_table_name",
                             "related_primary_column", "mapping_table_name"}) {
    if (registry.empty() || names.column(registry, column).empty()) return;
  }
  Statement statement(database,
                      "SELECT mapping_table_name, base_table_name, base_primary_column, "
                      "related_table_name, related_primary_column FROM gpkgext_relations "
                      "ORDER BY 1, 2, 4, rowid");
  while (statement.step()) {
    const std::string mapping = statement.column_text(0);
    const auto add_side = [&](const char* column, int parent) {
      add(names,
          {mapping,
           {column},
           statement.column_text(parent),
           {statement.column_text(parent + 1)},
           Relation::Origin::RelatedTables},
          out);
    };
    add_side("base_id", 1);
    add_side("related_id", 3);
  }
}

}  // namespace

void read_relations(sqlite3* database, const std::vector<std::string>& tables,
                    DatabaseSchema& schema) {
  const Names names(database, tables);
  read_declared(database, names, schema.relations);
  read_related_tables(database, names, schema.relations);
}

}  // namespace qfcsync::gpkg
