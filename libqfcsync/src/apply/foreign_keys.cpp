#include "apply/foreign_keys.hpp"

#include "apply/cell.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

namespace qfcsync::apply {
namespace {

using base::same_name;
using gpkg::edit::sql_name;
using gpkg::edit::Statement;

std::vector<std::string> key_names(sqlite3* database, const std::string& table) {
  std::vector<std::string> names;
  // In the order of the columns, as TargetTable::key has them.
  Statement statement(database, "SELECT name FROM pragma_table_info(?1) WHERE pk ORDER BY cid");
  statement.bind_text(1, table);
  while (statement.step()) names.push_back(statement.column_text(0));
  return names;
}

std::string violations_sql(const std::vector<std::string>& names, const ForeignKey& key) {
  std::string columns;
  for (const std::string& name : names) columns += fmt::format("c.{}, ", sql_name(name));
  for (std::size_t i = 0; i < key.child_columns.size(); ++i) {
    columns += fmt::format("{}c.{}", i == 0 ? "" : ", ", sql_name(key.child_columns[i]));
  }
  return fmt::format("SELECT {} FROM {} c WHERE {}", columns, sql_name(key.child), orphan_sql(key));
}

std::string identity(const Violation& violation) {
  return fmt::format("{} {} ", violation.foreign_key, violation.key.size()) + violation.key +
         violation.parent;
}

std::string cells_text(const std::vector<std::string>& names, const std::vector<Value>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", i < names.size() ? names[i] : "",
                        cell_text(cells[i].view()));
  }
  return text;
}

}  // namespace

std::string orphan_sql(const ForeignKey& key) {
  std::string filled;
  std::string match;
  for (std::size_t i = 0; i < key.child_columns.size(); ++i) {
    const std::string child = "c." + sql_name(key.child_columns[i]);
    filled += fmt::format("{}{} IS NOT NULL", i == 0 ? "" : " AND ", child);
    if (key.parent.empty()) continue;
    // The parent stands first: its collation and affinity count.
    match +=
        fmt::format("{}p.{} = {}", i == 0 ? "" : " AND ", sql_name(key.parent_columns[i]), child);
  }
  if (key.parent.empty()) return filled;
  return fmt::format("{} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {})", filled,
                     sql_name(key.parent), match);
}

std::vector<Violation> find_violations(sqlite3* database, const std::vector<ForeignKey>& keys) {
  std::vector<Violation> violations;
  for (std::size_t number = 0; number < keys.size(); ++number) {
    const ForeignKey& key = keys[number];
    const auto names = key_names(database, key.child);
    Statement statement(database, violations_sql(names, key));
    while (statement.step()) {
      Violation violation;
      violation.foreign_key = number;
      int index = 0;
      for (std::size_t i = 0; i < names.size(); ++i) {
        append_cell(violation.key, read_cell(statement.handle(), index++));
      }
      for (std::size_t i = 0; i < key.child_columns.size(); ++i) {
        const ValueView cell = read_cell(statement.handle(), index++);
        append_cell(violation.parent, cell);
        violation.parent_cells.emplace_back(cell);
      }
      violations.push_back(std::move(violation));
    }
  }
  return violations;
}

ViolationFinder::ViolationFinder(sqlite3* database, const std::vector<ForeignKey>& keys,
                                 std::vector<Violation> after, const std::vector<Violation>& before)
    : database_(database), keys_(keys), orphans_(keys.size()) {
  std::unordered_set<std::string> known;
  for (const Violation& violation : before) known.insert(identity(violation));
  for (Violation& violation : after) {
    if (known.contains(identity(violation))) continue;
    Orphans& orphans = orphans_[violation.foreign_key];
    orphans.by_child[std::move(violation.key)] = orphans.parents.size();
    orphans.parents.push_back(std::move(violation.parent_cells));
    ++count_;
  }
}

std::string ViolationFinder::example() const {
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    if (orphans_[number].parents.empty()) continue;
    const ForeignKey& key = keys_[number];
    return fmt::format("{} refers by {} to a row of {} that is missing: {}", key.child,
                       fmt::join(key.child_columns, ", "), key.parent,
                       cells_text(key.parent_columns, orphans_[number].parents.front()));
  }
  return {};
}

std::optional<Mismatch> ViolationFinder::as_child(const TargetTable& table,
                                                  const Change& change) const {
  if (change.operation == Operation::Delete) return std::nullopt;
  std::string name;
  for (const std::size_t column : table.key) append_cell(name, change.key_values()[column]);
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    const ForeignKey& key = keys_[number];
    if (!same_name(key.child, table.name)) continue;
    const Orphans& orphans = orphans_[number];
    const auto found = orphans.by_child.find(name);
    if (found == orphans.by_child.end()) continue;
    const std::vector<Value>& parent = orphans.parents[found->second];
    const auto is_written = [&](const std::string& column) {
      const auto at = table.find(column);
      return at && change.new_values[*at].is_defined();
    };
    if (std::none_of(key.child_columns.begin(), key.child_columns.end(), is_written)) continue;
    Mismatch mismatch =
        make_mismatch(MismatchKind::ForeignKey, table, change,
                      fmt::format("{} refers to a row of {} that is missing",
                                  cells_text(key.child_columns, parent),
                                  key.parent.empty() ? "a missing table" : key.parent));
    mismatch.column = key.child_columns[0];
    mismatch.expected = parent[0];
    return mismatch;
  }
  return std::nullopt;
}

/// Whether rows refer to those values and find nothing.
bool ViolationFinder::lacks(std::size_t foreign_key, const std::vector<Value>& parent) {
  const Orphans& orphans = orphans_[foreign_key];
  if (orphans.parents.empty()) return false;
  std::vector<ValueView> cells;
  const auto views = [&](const std::vector<Value>& values) {
    cells.clear();
    for (const Value& value : values) cells.push_back(value.view());
    return Cells(cells);
  };
  const auto [lacked, is_new] =
      lacked_.try_emplace(foreign_key, database_, keys_[foreign_key], foreign_key);
  if (is_new) {
    for (const auto& each : orphans.parents) lacked->second.add(views(each));
  }
  return lacked->second.contains(views(parent));
}

std::optional<Mismatch> ViolationFinder::as_parent(const TargetTable& table, RowWriter& rows,
                                                   const Change& change) {
  if (change.operation == Operation::Insert) return std::nullopt;
  std::vector<std::size_t> columns;
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    const ForeignKey& key = keys_[number];
    if (!same_name(key.parent, table.name)) continue;
    columns.clear();
    for (const std::string& column : key.parent_columns) {
      if (const auto at = table.find(column)) columns.push_back(*at);
    }
    if (columns.size() != key.parent_columns.size()) continue;
    const std::vector<Value> parent = rows.read(change.old_values, columns);
    if (parent.empty() || !lacks(number, parent)) continue;
    Mismatch mismatch = make_mismatch(
        MismatchKind::ForeignKey, table, change,
        fmt::format("rows of {} refer to it by {}", key.child, fmt::join(key.child_columns, ", ")));
    mismatch.column = key.parent_columns[0];
    return mismatch;
  }
  return std::nullopt;
}

std::optional<Mismatch> ViolationFinder::find(const TargetTable& table, RowWriter& rows,
                                              const Change& change) {
  auto mismatch = as_child(table, change);
  return mismatch ? mismatch : as_parent(table, rows, change);
}

}  // namespace qfcsync::apply
