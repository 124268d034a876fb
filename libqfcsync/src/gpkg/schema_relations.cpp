#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"
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
  explicit Names(sqlite3* database) : database_(database) {
    Statement statement(database,
                        "SELECT name FROM pragma_table_list WHERE schema='main' AND type='table' "
                        "ORDER BY name COLLATE BINARY");
    while (statement.step()) {
      std::string name = statement.column_text(0);
      if (!is_system_table(name)) tables_.push_back(name);
      stored_.emplace(lower_case(name), std::move(name));
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
    Statement statement(database_,
                        "SELECT name FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE");
    statement.bind_text(1, table).bind_text(2, name);
    return statement.step() ? statement.column_text(0) : std::string();
  }

  std::vector<std::string> key(const std::string& table) const {
    std::vector<std::string> columns;
    Statement statement(database_,
                        "SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0 ORDER BY pk");
    statement.bind_text(1, table);
    while (statement.step()) columns.push_back(statement.column_text(0));
    return columns;
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
  Statement statement(database,
                      "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) "
                      "ORDER BY id, seq");
  statement.bind_text(1, table);
  while (statement.step()) {
    ForeignKey& key = keys[statement.column_int(0)];
    key.parent = statement.column_text(1);
    key.child_columns.push_back(statement.column_text(2));
    std::string parent_column = statement.column_text(3);
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

void read_relations(sqlite3* database, DatabaseSchema& schema) {
  const Names names(database);
  read_declared(database, names, schema.relations);
  read_related_tables(database, names, schema.relations);
}

}  // namespace qfcsync::gpkg
