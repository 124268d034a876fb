#include "merge/merged_row.hpp"

#include <algorithm>

namespace qfcsync::merge {

const Adjustment* MergePlan::find(RowRef row) const {
  const auto look = [&](const auto& map) -> const Adjustment* {
    const auto found = map.find(row.offset);
    return found == map.end() ? nullptr : &found->second;
  };
  switch (row.kind) {
    case RowRef::Kind::Ours:
      return look(ours);
    case RowRef::Kind::Theirs:
      return look(theirs);
    case RowRef::Kind::Restored:
      return look(restored);
  }
  return nullptr;
}

Adjustment& MergePlan::at(RowRef row) {
  if (row.kind == RowRef::Kind::Ours) return ours[row.offset];
  return row.kind == RowRef::Kind::Theirs ? theirs[row.offset] : restored[row.offset];
}

void MergedRow::load(RowRef row) {
  ref_ = row;
  theirs_ = nullptr;
  has_ours_ = false;
  if (row.kind == RowRef::Kind::Ours) {
    load_ours(row.offset);
  } else {
    their_cursor_.seek(row.offset);
    theirs_ = &their_cursor_.change();
    table_ = &state_->catalog.table(their_cursor_.table());
    out_.assign(*theirs_);
    out_.is_needed = false;
    if (row.kind == RowRef::Kind::Restored) {
      out_.is_needed = true;
      out_.is_indirect = false;
      out_.operation = Operation::Insert;
      std::swap(out_.old_values, out_.new_values);
    }
  }
  if (const Adjustment* adjustment = state_->plan.find(row)) adjust(*adjustment);
}

void MergedRow::load_ours(std::uint64_t offset) {
  our_cursor_.seek(offset);
  original_ = &our_cursor_.change();
  has_ours_ = true;
  table_ = &state_->catalog.table(our_cursor_.table());
  state_->moved.rewrite(*table_, *original_, ours_);
  const Change view = ours_.view(head());
  const auto found = state_->theirs.find(table_->number, view.key_values(), their_cursor_);
  if (found) {
    theirs_ = &their_cursor_.change();
    state_->merger.merge(*table_, ours_, *theirs_, *found, out_);
  } else {
    out_.is_needed = true;
    out_.operation = ours_.operation;
    out_.is_indirect = ours_.is_indirect;
    out_.old_values = ours_.old_values;
    out_.new_values = ours_.new_values;
  }
  if (state_->plan.kept.contains(offset)) out_.is_needed = false;
}

void MergedRow::adjust(const Adjustment& adjustment) {
  if (adjustment.is_removed) return remove();
  if (!exists()) return;
  for (const auto& [column, value] : adjustment.cells) set_cell(column, value.view());
}

void MergedRow::remove() {
  const bool is_there = theirs_ != nullptr && theirs_->operation != Operation::Delete;
  if (!is_there) {
    // Only an update of ours names a row that theirs has without having touched it.
    out_.is_needed = false;
    return;
  }
  std::vector<ValueView> row(head().column_count());
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = value_in_theirs(i);
  out_.is_needed = true;
  out_.operation = Operation::Delete;
  out_.old_values = std::move(row);
  out_.new_values.clear();
}

void MergedRow::set_cell(std::size_t column, ValueView value) {
  if (out_.is_needed && out_.operation == Operation::Insert) {
    out_.new_values[column] = value;
    return;
  }
  if (!out_.is_needed || out_.operation != Operation::Update) {
    const Change& any = *theirs_;
    std::vector<ValueView> key(any.key_values().begin(), any.key_values().end());
    out_.operation = Operation::Update;
    out_.old_values.assign(head().column_count(), ValueView());
    out_.new_values.assign(head().column_count(), ValueView());
    for (const std::size_t at : table_->key) out_.old_values[at] = key[at];
  }
  const ValueView before = value_in_theirs(column);
  const bool is_same = before == value;
  out_.old_values[column] = is_same ? ValueView() : before;
  out_.new_values[column] = is_same ? ValueView() : value;
  out_.is_needed = std::any_of(out_.new_values.begin(), out_.new_values.end(),
                               [](ValueView cell) { return cell.is_defined(); });
}

bool MergedRow::exists() const {
  if (out_.is_needed) return out_.operation != Operation::Delete;
  if (theirs_ != nullptr) return theirs_->operation != Operation::Delete;
  // A delete that is not made, or an insert that is left out.
  return has_ours_ && ours_.operation != Operation::Insert;
}

ValueView MergedRow::value_in_theirs(std::size_t column) const {
  if (theirs_ != nullptr) {
    const ValueView value = new_value(*theirs_, column);
    if (value.is_defined()) return value;
    const ValueView before = old_value(*theirs_, column);
    if (before.is_defined()) return before;
  }
  return has_ours_ ? ours_.old_value(column) : ValueView();
}

ValueView MergedRow::value(std::size_t column) const {
  if (out_.is_needed) {
    const ValueView value = out_.new_value(column);
    if (value.is_defined()) return value;
  }
  return value_in_theirs(column);
}

void MergedRow::values(std::span<const std::size_t> columns, std::vector<ValueView>& out) const {
  out.clear();
  for (const std::size_t column : columns) out.push_back(value(column));
}

bool MergedRow::is_due_to_ours(std::span<const std::size_t> columns) const {
  if (ref_.kind == RowRef::Kind::Restored) return true;
  if (!has_ours_ || ours_.operation == Operation::Delete) return false;
  if (out_.is_needed && out_.operation == Operation::Insert) return true;
  return std::any_of(columns.begin(), columns.end(),
                     [&](std::size_t column) { return ours_.new_value(column).is_defined(); });
}

bool MergedRow::is_due_to_theirs(std::span<const std::size_t> columns) const {
  // What it refers to are values of base, so that either side may have deleted that.
  if (ref_.kind == RowRef::Kind::Restored) return true;
  if (has_ours_ && ours_.operation == Operation::Delete) return exists();
  if (theirs_ == nullptr || theirs_->operation == Operation::Delete) return false;
  return std::any_of(columns.begin(), columns.end(),
                     [&](std::size_t column) { return new_value(*theirs_, column).is_defined(); });
}

bool MergedRow::is_whole_in_theirs() const {
  for (std::size_t i = 0; i < head().column_count(); ++i) {
    if (!value_in_theirs(i).is_defined()) return false;
  }
  return true;
}

Conflict MergedRow::conflict(ConflictKind kind) const {
  const Change ours = ours_.view(head());
  return make_conflict(kind, *table_, has_ours_ ? &ours : nullptr, theirs_);
}

std::string MergedRow::name() const {
  const Change ours = ours_.view(head());
  return key_text(*table_, (has_ours_ ? ours : *theirs_).key_values());
}

RowRef owner_of_theirs(const MergeState& state, SpoolCursor& theirs, SpoolCursor& scratch) {
  const Change& change = theirs.change();
  const MergeTable& table = state.catalog.table(theirs.table());
  const auto ours = state.ours.find(table.number, change.key_values(), scratch);
  if (ours) {
    RowChange rewritten;
    if (!state.moved.rewrite(table, scratch.change(), rewritten) ||
        rewritten.operation != Operation::Insert) {
      return {RowRef::Kind::Ours, *ours};
    }
    const bool has_moved = std::any_of(table.key.begin(), table.key.end(), [&](std::size_t column) {
      return !(rewritten.new_values[column] == change.new_values[column]);
    });
    if (!has_moved) return {RowRef::Kind::Ours, *ours};
  }
  return {RowRef::Kind::Theirs, theirs.offset()};
}

}  // namespace qfcsync::merge
