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
  std::string filled;
  std::string match;
  for (std::size_t i = 0; i < key.child_columns.size(); ++i) {
    const std::string child = "c." + sql_name(key.child_columns[i]);
    columns += (i == 0 ? "" : ", ") + child;
    filled += child + " IS NOT NULL AND ";
    if (key.parent.empty()) continue;
    // The parent stands first: its collation and affinity count.
    match +=
        fmt::format("{}p.{} = {}", i == 0 ? "" : " AND ", sql_name(key.parent_columns[i]), child);
  }
  if (key.parent.empty()) {
    return fmt::format("SELECT {} FROM {} c WHERE {}1", columns, sql_name(key.child), filled);
  }
  return fmt::format("SELECT {} FROM {} c WHERE {}NOT EXISTS (SELECT 1 FROM {} p WHERE {})",
                     columns, sql_name(key.child), filled, sql_name(key.parent), match);
}

std::string identity(const Violation& violation) {
  return fmt::format("{} {} ", violation.foreign_key, violation.key.size()) + violation.key +
         violation.parent;
}

std::optional<std::size_t> position(const TargetTable& table, const std::string& column) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (same_name(table.columns[i].name, column)) return i;
  }
  return std::nullopt;
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

ViolationFinder::ViolationFinder(const std::vector<ForeignKey>& keys, std::vector<Violation> after,
                                 const std::vector<Violation>& before)
    : keys_(keys), by_child_(keys.size()), by_parent_(keys.size()) {
  std::unordered_set<std::string> known;
  for (const Violation& violation : before) known.insert(identity(violation));
  for (Violation& violation : after) {
    if (known.contains(identity(violation))) continue;
    by_child_[violation.foreign_key][violation.key] = {violation.parent_cells};
    by_parent_[violation.foreign_key][violation.parent] = {std::move(violation.parent_cells)};
    ++count_;
  }
}

std::optional<Mismatch> ViolationFinder::as_child(const TargetTable& table,
                                                  const Change& change) const {
  if (change.operation == Operation::Delete) return std::nullopt;
  std::string name;
  for (const std::size_t column : table.key) append_cell(name, change.key_values()[column]);
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    const ForeignKey& key = keys_[number];
    if (!same_name(key.child, table.name)) continue;
    const auto found = by_child_[number].find(name);
    if (found == by_child_[number].end()) continue;
    const auto is_written = [&](const std::string& column) {
      const auto at = position(table, column);
      return at && change.new_values[*at].is_defined();
    };
    if (std::none_of(key.child_columns.begin(), key.child_columns.end(), is_written)) continue;
    Mismatch mismatch =
        make_mismatch(MismatchKind::ForeignKey, table, change,
                      fmt::format("{} refers to a row of {} that is missing",
                                  cells_text(key.child_columns, found->second.parent_cells),
                                  key.parent.empty() ? "a missing table" : key.parent));
    mismatch.column = key.child_columns[0];
    mismatch.expected = found->second.parent_cells[0];
    return mismatch;
  }
  return std::nullopt;
}

std::optional<Mismatch> ViolationFinder::as_parent(const TargetTable& table,
                                                   const Change& change) const {
  if (change.operation == Operation::Insert) return std::nullopt;
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    const ForeignKey& key = keys_[number];
    if (!same_name(key.parent, table.name)) continue;
    std::string name;
    for (const std::string& column : key.parent_columns) {
      const auto at = position(table, column);
      append_cell(name, at ? change.old_values[*at] : ValueView());
    }
    if (!by_parent_[number].contains(name)) continue;
    Mismatch mismatch = make_mismatch(
        MismatchKind::ForeignKey, table, change,
        fmt::format("rows of {} refer to it by {}", key.child, fmt::join(key.child_columns, ", ")));
    mismatch.column = key.parent_columns[0];
    return mismatch;
  }
  return std::nullopt;
}

std::optional<Mismatch> ViolationFinder::find(const TargetTable& table,
                                              const Change& change) const {
  auto mismatch = as_child(table, change);
  return mismatch ? mismatch : as_parent(table, change);
}

}  // namespace qfcsync::apply
