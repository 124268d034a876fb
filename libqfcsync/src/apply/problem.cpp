#include "apply/problem.hpp"

#include "apply/cell.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

using gpkg::edit::sql_name;
using gpkg::edit::Statement;

constexpr std::string_view kForeignKeyMessage = "FOREIGN KEY constraint failed";

MismatchKind kind_of(const Refusal& refusal) {
  switch (refusal.code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return MismatchKind::Unique;
    case SQLITE_CONSTRAINT_NOTNULL:
      return MismatchKind::NotNull;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return MismatchKind::ForeignKey;
    case SQLITE_CONSTRAINT_TRIGGER:  // RESTRICT is made as a trigger
      return refusal.message == kForeignKeyMessage ? MismatchKind::ForeignKey : MismatchKind::Check;
    case SQLITE_CONSTRAINT_CHECK:
    case 0:
      return MismatchKind::Check;
    default:
      return MismatchKind::Other;
  }
}

/// The key of the row that holds the values that the change wants in those columns.
std::optional<std::string> holder(sqlite3* database, const TargetTable& table, const Change& change,
                                  const std::vector<std::size_t>& columns) {
  std::string keys;
  std::string where;
  for (const std::size_t column : table.key) {
    keys += (keys.empty() ? "" : ", ") + sql_name(table.columns[column].name);
  }
  for (const std::size_t column : columns) {
    if (!change.new_values[column].is_defined()) return std::nullopt;
    where += (where.empty() ? "" : " AND ") + sql_name(table.columns[column].name) + " = ?";
  }
  Statement statement(database,
                      fmt::format("SELECT {} FROM {} WHERE {}", keys, sql_name(table.name), where));
  int index = 0;
  for (const std::size_t column : columns) {
    bind_cell(statement.handle(), ++index, change.new_values[column]);
  }
  if (!statement.step()) return std::nullopt;
  std::vector<ValueView> key(table.columns.size());
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    key[table.key[i]] = read_cell(statement.handle(), static_cast<int>(i));
  }
  return key_text(table, key);
}

Mismatch unique_mismatch(sqlite3* database, const TargetTable& table, const Change& change,
                         const Refusal& refusal) {
  auto columns = named_columns(table, refusal.message);
  // A delete has no new values: a trigger of it wanted some.
  if (change.operation == Operation::Delete) columns.clear();
  const bool is_key = !columns.empty() &&
                      std::all_of(columns.begin(), columns.end(),
                                  [&](std::size_t column) { return table.columns[column].is_key; });
  if (is_key && change.operation == Operation::Insert) {
    return make_mismatch(MismatchKind::ExistingRow, table, change, "there is such a row already");
  }
  const auto other = columns.empty() ? std::nullopt : holder(database, table, change, columns);
  Mismatch mismatch =
      make_mismatch(MismatchKind::Unique, table, change,
                    other ? fmt::format("{} {} has to be unique, but the row with {} holds it",
                                        table.columns[columns[0]].name,
                                        cell_text(change.new_values[columns[0]]), *other)
                          : refusal.message);
  if (columns.empty()) return mismatch;
  mismatch.column = table.columns[columns[0]].name;
  mismatch.found = Value(change.new_values[columns[0]]);
  return mismatch;
}

}  // namespace

/// Names in "UNIQUE constraint failed: t.a, t.b" and "NOT NULL constraint failed: t.a".
std::vector<std::size_t> named_columns(const TargetTable& table, std::string_view message) {
  std::vector<std::size_t> columns;
  const auto colon = message.find(": ");
  if (colon == std::string_view::npos) return columns;
  const std::string list = fmt::format(", {}, ", message.substr(colon + 2));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string name = fmt::format(", {}.{}, ", table.name, table.columns[i].name);
    if (list.find(name) != std::string::npos) columns.push_back(i);
  }
  return columns;
}

bool Problem::is_unique() const { return refusal && kind_of(*refusal) == MismatchKind::Unique; }

std::string key_text(const TargetTable& table, Cells key) {
  std::string text;
  for (const std::size_t column : table.key) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", table.columns[column].name,
                        cell_text(key[column]));
  }
  return text;
}

Mismatch make_mismatch(MismatchKind kind, const TargetTable& table, const Change& change,
                       std::string_view why) {
  Mismatch mismatch;
  mismatch.kind = kind;
  mismatch.operation = change.operation;
  mismatch.table = table.name;
  mismatch.key_columns = table.key_names();
  for (const std::size_t column : table.key) {
    mismatch.key.emplace_back(change.key_values()[column]);
  }
  mismatch.text = fmt::format("{} of {} with {}: {}", to_string(change.operation), table.name,
                              key_text(table, change.key_values()), why);
  return mismatch;
}

Mismatch other_value(const TargetTable& table, const Change& change, std::size_t column,
                     const ValueView& found) {
  const ValueView& expected = change.old_values[column];
  Mismatch mismatch =
      make_mismatch(MismatchKind::OtherValue, table, change,
                    fmt::format("{} is {}, but the changeset expects {}",
                                table.columns[column].name, cell_text(found), cell_text(expected)));
  mismatch.column = table.columns[column].name;
  mismatch.expected = Value(expected);
  mismatch.found = Value(found);
  return mismatch;
}

std::vector<Mismatch> describe_refusal(sqlite3* database, const TargetTable& table,
                                       const Change& change, const Refusal& refusal) {
  const MismatchKind kind = kind_of(refusal);
  std::vector<Mismatch> mismatches;
  if (kind == MismatchKind::Unique) {
    mismatches.push_back(unique_mismatch(database, table, change, refusal));
    return mismatches;
  }
  std::string why = refusal.message;
  if (kind == MismatchKind::ForeignKey) why = "rows of other tables still refer to it";
  mismatches.push_back(make_mismatch(kind, table, change, why));
  if (kind == MismatchKind::NotNull) {
    const auto columns = named_columns(table, refusal.message);
    if (!columns.empty()) mismatches[0].column = table.columns[columns[0]].name;
    mismatches[0].found = Value(ValueView::null());
  }
  return mismatches;
}

}  // namespace qfcsync::apply
