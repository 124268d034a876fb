#pragma once

#include <qfcsync/changeset.hpp>

#include <deque>
#include <string>
#include <vector>

namespace qfcsync::merge {

/// A change that is being rewritten. Its values lie where they were read, or in texts.
struct RowChange {
  bool is_needed = true;  ///< false: there is nothing to do
  Operation operation = Operation::Insert;
  bool is_indirect = false;
  std::vector<ValueView> old_values;  ///< empty for inserts
  std::vector<ValueView> new_values;  ///< empty for deletes
  std::deque<std::string> texts;

  void assign(const Change& change) {
    is_needed = true;
    operation = change.operation;
    is_indirect = change.is_indirect;
    old_values.assign(change.old_values.begin(), change.old_values.end());
    new_values.assign(change.new_values.begin(), change.new_values.end());
    texts.clear();
  }

  Change view(const ChangesetTable& table) const {
    return {operation, is_indirect, &table, old_values, new_values};
  }

  ValueView old_value(std::size_t column) const {
    return old_values.empty() ? ValueView() : old_values[column];
  }
  ValueView new_value(std::size_t column) const {
    return new_values.empty() ? ValueView() : new_values[column];
  }
};

/// Undefined for a change that has no such record.
inline ValueView old_value(const Change& change, std::size_t column) {
  return change.old_values.empty() ? ValueView() : change.old_values[column];
}
inline ValueView new_value(const Change& change, std::size_t column) {
  return change.new_values.empty() ? ValueView() : change.new_values[column];
}

}  // namespace qfcsync::merge
