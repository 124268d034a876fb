#include "merge/row_merge.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

/// A cell that a change gives another content; a geometry that is only spelled anew is none.
bool is_edited(const MergeTable& table, ValueView before, ValueView after, std::size_t column) {
  return after.is_defined() && !same_cell(before, after, table.geometries, column);
}

bool is_edit(const MergeTable& table, std::span<const ValueView> before,
             std::span<const ValueView> after) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (is_edited(table, before[i], after[i], i)) return true;
  }
  return false;
}

/// An empty update of a row: its key and nothing else.
void begin_update(const MergeTable& table, std::span<const ValueView> row, RowChange& out) {
  out.operation = Operation::Update;
  out.old_values.assign(row.size(), ValueView());
  out.new_values.assign(row.size(), ValueView());
  for (const std::size_t column : table.key) out.old_values[column] = row[column];
  out.is_needed = false;
}

void set_cell(RowChange& out, std::size_t column, ValueView before, ValueView after) {
  out.old_values[column] = before;
  out.new_values[column] = after;
  out.is_needed = true;
}

std::string sentence(const MergeTable& table, const ChangesetTable& head,
                     std::span<const ValueView> row, std::string_view what) {
  return fmt::format("table {}, {}: {}", head.name, key_text(table, row), what);
}

}  // namespace

Conflict make_conflict(ConflictKind kind, const MergeTable& table, const Change* ours,
                       const Change* theirs,
                       const std::function<bool(std::size_t column)>& wanted) {
  const Change& any = ours != nullptr ? *ours : *theirs;
  Conflict conflict;
  conflict.kind = kind;
  conflict.table = any.table->name;
  if (table.geometries.is_known && table.geometries.column) {
    conflict.geometry_column = table.column_name(*table.geometries.column);
  }
  for (const std::size_t column : table.key) {
    conflict.key.emplace_back(any.key_values()[column]);
    if (table.schema != nullptr) conflict.key_columns.push_back(table.column_name(column));
  }
  for (std::size_t i = 0; i < any.table->column_count(); ++i) {
    ConflictCell cell;
    ValueView base = ours != nullptr ? old_value(*ours, i) : ValueView();
    if (!base.is_defined() && theirs != nullptr) base = old_value(*theirs, i);
    const ValueView our_value = ours != nullptr ? new_value(*ours, i) : ValueView();
    const ValueView their_value = theirs != nullptr ? new_value(*theirs, i) : ValueView();
    if (!base.is_defined() && !our_value.is_defined() && !their_value.is_defined()) continue;
    if (wanted && !wanted(i)) continue;
    cell.column = i;
    cell.name = table.column_name(i);
    cell.base = Value(base);
    cell.ours = Value(our_value);
    cell.theirs = Value(their_value);
    conflict.cells.push_back(std::move(cell));
  }
  return conflict;
}

template <class Build>
Side RowMerger::decide(const MergeTable& table, std::uint64_t offset, Build&& build) {
  if (!table.is_constrained()) return decider_->decide(build);
  if (const auto known = decided_.find(offset); known != decided_.end()) return known->second;
  const Side side = decider_->decide(build);
  decided_.emplace(offset, side);
  return side;
}

void RowMerger::check_same_base(const MergeTable& table, const RowChange& ours,
                                const Change& theirs) const {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("the changesets do not start from the same base: table {}, {}: {}",
                            theirs.table->name, key_text(table, theirs.key_values()), what));
  };
  const bool ours_inserts = ours.operation == Operation::Insert;
  if (ours_inserts != (theirs.operation == Operation::Insert)) {
    return refuse(ours_inserts ? "ours inserts a row that theirs found"
                               : "theirs inserts a row that ours found");
  }
  if (ours_inserts) return;
  for (std::size_t i = 0; i < theirs.old_values.size(); ++i) {
    const ValueView a = ours.old_values[i];
    const ValueView b = theirs.old_values[i];
    if (!a.is_defined() || !b.is_defined() || same_cell(a, b, table.geometries, i)) continue;
    const std::string name = table.column_name(i);
    return refuse(name.empty() ? fmt::format("column number {} had two values", i + 1)
                               : fmt::format("column {} had two values", name));
  }
}

void RowMerger::merge(const MergeTable& table, const RowChange& ours, const Change& theirs,
                      std::uint64_t theirs_offset, RowChange& out) {
  check_same_base(table, ours, theirs);
  out.is_indirect = ours.is_indirect;
  out.is_needed = false;
  if (ours.operation == Operation::Insert) {
    return merge_inserts(table, ours, theirs, theirs_offset, out);
  }
  if (ours.operation == Operation::Delete) {
    if (theirs.operation == Operation::Delete) return;
    return merge_delete_with_update(table, ours, theirs, theirs_offset, out);
  }
  if (theirs.operation == Operation::Delete) {
    return merge_update_with_delete(table, ours, theirs, theirs_offset, out);
  }
  merge_updates(table, ours, theirs, theirs_offset, out);
}

void RowMerger::merge_inserts(const MergeTable& table, const RowChange& ours, const Change& theirs,
                              std::uint64_t offset, RowChange& out) {
  begin_update(table, theirs.new_values, out);
  for (std::size_t i = 0; i < theirs.new_values.size(); ++i) {
    if (is_edited(table, theirs.new_values[i], ours.new_values[i], i)) {
      set_cell(out, i, theirs.new_values[i], ours.new_values[i]);
    }
  }
  if (!out.is_needed) return;
  const Side side = decide(table, offset, [&] {
    const Change change = ours.view(*theirs.table);
    Conflict conflict = make_conflict(ConflictKind::KeyCollision, table, &change, &theirs);
    conflict.text = sentence(table, *theirs.table, theirs.new_values,
                             "both sides inserted this row, with other values");
    return conflict;
  });
  out.is_needed = side == Side::Ours;
}

void RowMerger::merge_updates(const MergeTable& table, const RowChange& ours, const Change& theirs,
                              std::uint64_t offset, RowChange& out) {
  begin_update(table, ours.old_values, out);
  std::vector<std::size_t> disputed;
  for (std::size_t i = 0; i < theirs.new_values.size(); ++i) {
    const ValueView before = ours.old_values[i];
    const ValueView our_value = ours.new_values[i];
    const ValueView their_value = theirs.new_values[i];
    if (!our_value.is_defined()) continue;
    if (!their_value.is_defined()) {
      set_cell(out, i, before, our_value);
    } else if (is_edited(table, before, our_value, i) &&
               !same_cell(our_value, their_value, table.geometries, i)) {
      if (is_edited(table, before, their_value, i)) disputed.push_back(i);
      set_cell(out, i, their_value, our_value);
    }
  }
  if (disputed.empty()) return;
  const auto is_disputed = [&](std::size_t column) {
    return std::find(disputed.begin(), disputed.end(), column) != disputed.end();
  };
  const Side side = decide(table, offset, [&] {
    const Change change = ours.view(*theirs.table);
    Conflict conflict =
        make_conflict(ConflictKind::SameCell, table, &change, &theirs, [&](std::size_t column) {
          return is_disputed(column) || table.geometries.column == column;
        });
    std::string names;
    for (const std::size_t column : disputed) {
      const std::string name = table.column_name(column);
      names += (names.empty() ? "" : ", ") +
               (name.empty() ? fmt::format("column number {}", column + 1) : name);
    }
    conflict.text = sentence(table, *theirs.table, ours.old_values,
                             "both sides changed " + names + " to other values");
    return conflict;
  });
  if (side == Side::Ours) return;
  for (const std::size_t column : disputed) out.old_values[column] = out.new_values[column] = {};
  out.is_needed = std::any_of(out.new_values.begin(), out.new_values.end(),
                              [](ValueView value) { return value.is_defined(); });
}

void RowMerger::merge_update_with_delete(const MergeTable& table, const RowChange& ours,
                                         const Change& theirs, std::uint64_t offset,
                                         RowChange& out) {
  if (!is_edit(table, ours.old_values, ours.new_values)) return;
  out.operation = Operation::Insert;
  out.old_values.clear();
  out.new_values.assign(theirs.old_values.begin(), theirs.old_values.end());
  for (std::size_t i = 0; i < ours.new_values.size(); ++i) {
    if (ours.new_values[i].is_defined()) out.new_values[i] = ours.new_values[i];
  }
  const Side side = decide(table, offset, [&] {
    const Change change = ours.view(*theirs.table);
    Conflict conflict =
        make_conflict(ConflictKind::OursEditedTheirsDeleted, table, &change, &theirs);
    conflict.text = sentence(table, *theirs.table, theirs.old_values,
                             "ours edited this row, theirs deleted it");
    return conflict;
  });
  out.is_needed = side == Side::Ours;
}

void RowMerger::merge_delete_with_update(const MergeTable& table, const RowChange& ours,
                                         const Change& theirs, std::uint64_t offset,
                                         RowChange& out) {
  out.operation = Operation::Delete;
  out.new_values.clear();
  out.old_values = ours.old_values;
  for (std::size_t i = 0; i < theirs.new_values.size(); ++i) {
    if (theirs.new_values[i].is_defined()) out.old_values[i] = theirs.new_values[i];
  }
  out.is_needed = true;
  if (!is_edit(table, theirs.old_values, theirs.new_values)) return;
  const Side side = decide(table, offset, [&] {
    const Change change = ours.view(*theirs.table);
    Conflict conflict =
        make_conflict(ConflictKind::OursDeletedTheirsEdited, table, &change, &theirs);
    conflict.text =
        sentence(table, *theirs.table, ours.old_values, "ours deleted this row, theirs edited it");
    return conflict;
  });
  out.is_needed = side == Side::Ours;
}

void RowMerger::report_renumbered(const MergeTable& table, const Change& before,
                                  const RowChange& after, const Change& theirs) {
  decider_->report(Side::Both, [&] {
    const Change change = after.view(*theirs.table);
    Conflict conflict = make_conflict(ConflictKind::KeyCollision, table, &change, &theirs);
    conflict.key.assign(1, Value(before.new_values[table.key[0]]));
    conflict.new_key.assign(1, Value(after.new_values[table.key[0]]));
    conflict.text = sentence(table, *theirs.table, before.new_values,
                             fmt::format("both sides inserted a row of this key; ours is now {}",
                                         after.new_values[table.key[0]].as_integer()));
    return conflict;
  });
}

}  // namespace qfcsync::merge
