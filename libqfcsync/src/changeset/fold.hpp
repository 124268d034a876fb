#pragma once

#include <qfcsync/changeset.hpp>

#include <string>
#include <vector>

namespace qfcsync::changeset {

/// What is known of a row that several changes touched.
enum class RowState : std::uint8_t {
  Inserted,
  Deleted,
  Updated,
  Gone,       ///< it came and went: there is no such row before and after
  Unchanged,  ///< it is after as it was before
};

RowState state_after(Operation operation) noexcept;

/// Folds changes of one row that happened one after the other.
///
/// Every old value has to be the one that the changes before left, else values would be lost
/// without anybody noticing.
class Folder {
 public:
  /// What two changes come to.
  ///
  /// @return  nullptr when nothing is left, see state(); else valid until the next call and as long
  ///          as the values of both
  /// @errors  InvalidArgument: they cannot follow each other; names table and key
  const Change* fold(const Change& first, const Change& second);

  /// Checks that a change may follow when nothing was left of those before.
  ///
  /// @errors InvalidArgument
  static void check_after(RowState state, const Change& change);

  /// Of the row after the last fold().
  RowState state() const { return state_; }

 private:
  const Change* insert_update(const Change& first, const Change& second);
  const Change* insert_delete(const Change& first, const Change& second);
  const Change* update_update(const Change& first, const Change& second);
  const Change* update_delete(const Change& first, const Change& second);
  const Change* delete_insert(const Change& first, const Change& second);
  const Change* nothing(RowState state);
  const Change* result(Operation operation, std::span<const ValueView> old_values,
                       std::span<const ValueView> new_values, bool is_indirect);
  const Change* updated(const ChangesetTable& table, bool is_indirect);

  RowState state_ = RowState::Unchanged;
  Change change_;
  std::vector<ValueView> old_values_;
  std::vector<ValueView> new_values_;
};

/// The key of a change for messages: `7`, `'oak'`, `(7, 'a')`; long values are cut.
std::string key_text(const Change& change);

}  // namespace qfcsync::changeset
