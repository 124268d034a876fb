#pragma once

#include "merge/moved_keys.hpp"
#include "merge/row_merge.hpp"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace qfcsync::merge {

/// A row that one side or both changed, by the change that leads to it.
struct RowRef {
  enum class Kind : std::uint8_t {
    Ours,      ///< a change of ours, with that of theirs if there is one
    Theirs,    ///< a change of theirs to a row that ours left alone
    Restored,  ///< a delete of theirs that is taken back because ours refers to the row
  };
  Kind kind = Kind::Ours;
  std::uint64_t offset = 0;
  bool operator==(const RowRef&) const = default;
};

/// What relations and UNIQUE ask of a row beside its own merge.
struct Adjustment {
  bool is_removed = false;  ///< the row must not be there after the merge
  std::map<std::size_t, Value> cells;
};

struct MergePlan {
  std::unordered_map<std::uint64_t, Adjustment> ours;
  std::unordered_map<std::uint64_t, Adjustment> theirs;
  std::map<std::uint64_t, Adjustment> restored;
  std::unordered_set<std::uint64_t> kept;  ///< deletes of ours that are not made

  const Adjustment* find(RowRef row) const;
  /// Makes one when there is none yet.
  Adjustment& at(RowRef row);
};

/// What all steps of a rebase work on.
struct MergeState {
  Catalog& catalog;
  const ChangeSide& ours;
  const ChangeSide& theirs;
  const MovedKeys& moved;
  RowMerger& merger;
  MergePlan& plan;
};

/// One row after the merge, as far as the changesets know it. Loads one row at a time.
class MergedRow {
 public:
  explicit MergedRow(MergeState& state)
      : state_(&state), our_cursor_(state.ours.cursor()), their_cursor_(state.theirs.cursor()) {}

  void load(RowRef row);
  RowRef ref() const { return ref_; }
  const MergeTable& table() const { return *table_; }
  const ChangesetTable& head() const { return state_->catalog.head(table_->number); }

  /// Change of ours with moved keys rewritten, nullptr if there is none.
  const RowChange* ours() const { return has_ours_ ? &ours_ : nullptr; }
  const Change* theirs() const { return theirs_; }
  /// Our change as it was read; only with ours().
  const Change& original() const { return *original_; }
  /// What has to be done to theirs.
  const RowChange& out() const { return out_; }

  bool exists() const;
  /// Undefined where neither side says what the cell holds.
  ValueView value(std::size_t column) const;
  /// The cell in theirs, or in base where theirs left it.
  ValueView value_in_theirs(std::size_t column) const;
  void values(std::span<const std::size_t> columns, std::vector<ValueView>& out) const;

  /// Whether ours (theirs) is why the row is there, or why it holds what it holds in these columns.
  bool is_due_to_ours(std::span<const std::size_t> columns) const;
  bool is_due_to_theirs(std::span<const std::size_t> columns) const;
  /// All values of the row as theirs has it are known.
  bool is_whole_in_theirs() const;

  Conflict conflict(ConflictKind kind) const;
  /// The key as conflict() has it, for people.
  std::string name() const;

 private:
  void load_ours(std::uint64_t offset);
  void adjust(const Adjustment& adjustment);
  void remove();
  void set_cell(std::size_t column, ValueView value);

  MergeState* state_;
  SpoolCursor our_cursor_;
  SpoolCursor their_cursor_;
  RowRef ref_;
  const MergeTable* table_ = nullptr;
  const Change* original_ = nullptr;
  const Change* theirs_ = nullptr;
  bool has_ours_ = false;
  RowChange ours_;
  RowChange out_;
};

/// The row that a change of theirs belongs to: Ours when ours changed the same row.
RowRef owner_of_theirs(const MergeState& state, SpoolCursor& theirs, SpoolCursor& scratch);

}  // namespace qfcsync::merge
