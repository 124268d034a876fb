#pragma once

#include <qfcsync/changeset.hpp>

#include <optional>

namespace qfcsync::changeset {

/// Notices when the changes of a reader are of another table than before.
///
/// Compares heads, not addresses: a head that no change follows may lie between two tables that
/// happen to get the same address.
class TableFollower {
 public:
  /// @return whether this change is of another table, or the first one
  bool follow(const Change& change) {
    if (table_ && *table_ == *change.table) return false;
    table_ = *change.table;
    return true;
  }

  /// Only after the first follow().
  const ChangesetTable& table() const { return *table_; }

 private:
  std::optional<ChangesetTable> table_;
};

}  // namespace qfcsync::changeset
