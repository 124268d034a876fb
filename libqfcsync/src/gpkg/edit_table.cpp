#include "gpkg/edit_table.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::gpkg::edit {
namespace {

std::string columns_key(char kind, const Assignments& assignments) {
  std::string key(1, kind);
  for (const auto& [column, value] : assignments) key += fmt::format("{},", column);
  return key;
}

}  // namespace

std::string Table::name_of(std::size_t column) const {
  return sql_name(column == kGeometryColumn ? schema_.geometry : schema_.columns[column].name);
}

Statement& Table::kept(std::string key, const std::string& sql) {
  if (statements_.size() >= kMaxKeptStatements) statements_.clear();
  auto& slot = statements_[std::move(key)];
  slot = std::make_unique<Statement>(database_, sql);
  return *slot;
}

bool Table::insert(const Assignments& assignments) {
  const std::string key = columns_key('i', assignments);
  const auto found = statements_.find(key);
  Statement* statement = found == statements_.end() ? nullptr : found->second.get();
  if (statement == nullptr) {
    std::string names;
    std::string marks;
    for (const auto& [column, value] : assignments) {
      names += (names.empty() ? "" : ",") + name_of(column);
      marks += marks.empty() ? "?" : ",?";
    }
    // No OR ABORT here or below: it would go for the statements of triggers, too, and those of the
    // spatial index rely on OR REPLACE.
    const std::string values =
        assignments.empty() ? "DEFAULT VALUES" : fmt::format("({}) VALUES ({})", names, marks);
    statement = &kept(key, fmt::format("INSERT INTO {} {}", sql_name(schema_.name), values));
  }
  const StatementUse use(*statement);
  int index = 0;
  for (const auto& [column, value] : assignments) statement->bind(++index, value);
  statement->step();
  return sqlite3_changes(database_) == 1;
}

bool Table::update(const SqlValue& locator, const Assignments& assignments) {
  const std::string key = columns_key('u', assignments);
  const auto found = statements_.find(key);
  Statement* statement = found == statements_.end() ? nullptr : found->second.get();
  if (statement == nullptr) {
    std::string changes;
    for (const auto& [column, value] : assignments) {
      changes += (changes.empty() ? "" : ",") + name_of(column) + "=?";
    }
    statement = &kept(key, fmt::format("UPDATE {} SET {} WHERE {} = ?", sql_name(schema_.name),
                                       changes, schema_.locator));
  }
  const StatementUse use(*statement);
  int index = 0;
  for (const auto& [column, value] : assignments) statement->bind(++index, value);
  statement->bind(++index, locator);
  statement->step();
  return sqlite3_changes(database_) == 1;
}

bool Table::remove(const SqlValue& locator) {
  const auto found = statements_.find("d");
  Statement& statement = found != statements_.end()
                             ? *found->second
                             : kept("d", fmt::format("DELETE FROM {} WHERE {} = ?",
                                                     sql_name(schema_.name), schema_.locator));
  statement.bind(1, locator).run();
  return sqlite3_changes(database_) == 1;
}

SqlValue Table::inserted_key(const Assignments& assignments) {
  const std::int64_t rowid = sqlite3_last_insert_rowid(database_);
  if (schema_.key_is_rowid) return rowid;
  for (const auto& [column, value] : assignments) {
    if (column == schema_.key) return value;
  }
  Statement statement(database_,
                      fmt::format("SELECT {} FROM {} WHERE {} = ?1", name_of(*schema_.key),
                                  sql_name(schema_.name), schema_.locator));
  statement.bind_int(1, rowid);
  if (!statement.step()) return {};
  return statement.column(0);
}

void Table::note_insert(const Assignments& assignments, const model::Envelope& box) {
  changed_ = true;
  count_changed_ = true;
  grown_by_.add(box);
  for (auto& [column, values] : used_values_) {
    for (const auto& [assigned, value] : assignments) {
      if (assigned == column) values.insert(value_key(value));
    }
  }
}

void Table::note_update(const Assignments& assignments, const model::Envelope& box) {
  changed_ = true;
  grown_by_.add(box);
  for (const auto& [column, value] : assignments) used_values_.erase(column);
}

void Table::note_remove() {
  changed_ = true;
  count_changed_ = true;
  used_values_.clear();
}

}  // namespace qfcsync::gpkg::edit
