#include "apply/referenced_values.hpp"

#include "apply/cell.hpp"
#include "apply/foreign_keys.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using gpkg::edit::execute;
using gpkg::edit::sql_name;
using gpkg::edit::Statement;
using gpkg::edit::StatementUse;

/// Declares a column that compares as that of a table does.
std::string declaration(sqlite3* database, const std::string& table, const std::string& column,
                        std::size_t position) {
  const char* type = nullptr;
  const char* collation = nullptr;
  if (sqlite3_table_column_metadata(database, "main", table.c_str(), column.c_str(), &type,
                                    &collation, nullptr, nullptr, nullptr) != SQLITE_OK) {
    gpkg::edit::throw_sqlite(database, fmt::format("cannot read column {} of {}", column, table));
  }
  std::string text = fmt::format("v{}", position);
  if (type != nullptr && *type != '\0') text += " " + sql_name(type);
  if (collation != nullptr) text += " COLLATE " + sql_name(collation);
  return text;
}

}  // namespace

ReferencedValues::ReferencedValues(sqlite3* database, const ForeignKey& key, std::size_t number)
    : database_(database), key_(key), name_(fmt::format("temp.qfcsync_referenced_{}", number)) {
  std::string columns;
  for (std::size_t i = 0; i < key.parent_columns.size(); ++i) {
    columns += (i == 0 ? "" : ", ") + declaration(database, key.parent, key.parent_columns[i], i);
  }
  execute(database,
          fmt::format("DROP TABLE IF EXISTS {0}; CREATE TABLE {0} ({1})", name_, columns).c_str());
}

ReferencedValues::~ReferencedValues() {
  add_.reset();
  find_.reset();
  // Gone already when the transaction was taken back.
  sqlite3_exec(database_, fmt::format("DROP TABLE IF EXISTS {}", name_).c_str(), nullptr, nullptr,
               nullptr);
}

void ReferencedValues::run(std::optional<Statement>& statement, const std::string& sql,
                           Cells values, bool& has_row) {
  if (!statement) statement.emplace(database_, sql);
  const StatementUse use(*statement);
  int index = 0;
  for (const ValueView& value : values) bind_cell(statement->handle(), ++index, value);
  has_row = statement->step();
}

void ReferencedValues::add(Cells values) {
  std::string marks;
  for (std::size_t i = 0; i < values.size(); ++i) marks += i == 0 ? "?" : ", ?";
  bool ignored = false;
  run(add_, fmt::format("INSERT INTO {} VALUES ({})", name_, marks), values, ignored);
  is_empty_ = false;
}

bool ReferencedValues::contains(Cells values) {
  std::string where;
  for (std::size_t i = 0; i < values.size(); ++i) {
    where += fmt::format("{}v{} = ?", i == 0 ? "" : " AND ", i);
  }
  bool is_there = false;
  run(find_, fmt::format("SELECT 1 FROM {} WHERE {}", name_, where), values, is_there);
  return is_there;
}

bool ReferencedValues::leave_orphans() {
  std::string match;
  for (std::size_t i = 0; i < key_.child_columns.size(); ++i) {
    match += fmt::format("v{} = c.{} AND ", i, sql_name(key_.child_columns[i]));
  }
  Statement statement(database_, fmt::format("SELECT 1 FROM {} CROSS JOIN {} c WHERE {}{} LIMIT 1",
                                             name_, sql_name(key_.child), match, orphan_sql(key_)));
  return statement.step();
}

}  // namespace qfcsync::apply
