#include "replica/refusals.hpp"

#include "changeset/codec.hpp"
#include "merge/stand_in.hpp"

#include <algorithm>

namespace qfcsync::replica {
namespace {

ConflictKind kind_of(MismatchKind kind) {
  switch (kind) {
    case MismatchKind::Unique:
      return ConflictKind::Unique;
    case MismatchKind::ForeignKey:
      return ConflictKind::MissingParent;
    case MismatchKind::ExistingRow:
      return ConflictKind::KeyCollision;
    case MismatchKind::MissingRow:
      return ConflictKind::OursEditedTheirsDeleted;
    case MismatchKind::OtherValue:
      return ConflictKind::SameCell;
    case MismatchKind::NotNull:
    case MismatchKind::Check:
    case MismatchKind::Other:
      break;
  }
  return ConflictKind::Constraint;
}

bool is_reference(const DatabaseSchema& schema, const TableSchema& table,
                  const std::string& column) {
  return std::any_of(
      schema.relations.begin(), schema.relations.end(), [&](const Relation& relation) {
        return relation.child_table == table.name &&
               std::find(relation.child_columns.begin(), relation.child_columns.end(), column) !=
                   relation.child_columns.end();
      });
}

std::string row_name(const Change& change) {
  std::string name = change.table->name + '\0';
  for (std::size_t i = 0; i < change.table->key.size(); ++i) {
    if (change.table->key[i] != 0) changeset::append_value(change.key_values()[i], name);
  }
  return name;
}

std::vector<Value> owned(std::span<const ValueView> values) {
  return std::vector<Value>(values.begin(), values.end());
}

Value at(const std::vector<Value>& row, std::size_t column) {
  return row.empty() ? Value() : row[column];
}

/// Values of the key in the order of the columns.
template <class Values>
auto key_of(const TableSchema& table, const Values& row) {
  std::vector<typename Values::value_type> key;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].key != 0) key.push_back(row[i]);
  }
  return key;
}

std::vector<ValueView> views(const std::vector<Value>& values) {
  std::vector<ValueView> result;
  for (const Value& value : values) result.push_back(value.view());
  return result;
}

/// The row as ours has it, with new keys and references of ours where the change writes them.
std::vector<Value> our_row(const Change& change, std::vector<Value> row) {
  if (change.operation == Operation::Delete) return {};
  if (row.empty()) return owned(change.new_values);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (change.new_values[i].is_defined()) row[i] = Value(change.new_values[i]);
  }
  return row;
}

}  // namespace

Refusals::Refusals(const DatabaseSchema& schema, const MergeOptions& options,
                   const std::vector<RenumberedKey>& renumbered, SideRows& base, SideRows& ours)
    : schema_(&schema), decider_(options), renumbered_(&renumbered), base_(&base), ours_(&ours) {}

apply::Verdict Refusals::judge(std::span<const Mismatch> mismatches, const Change& change,
                               const apply::Circumstances& circumstances) {
  const Mismatch& mismatch = mismatches.front();
  const TableSchema* table = schema_->find(change.table->name);
  Entry& entry = entry_of(mismatch, table, change, circumstances);
  apply::Verdict verdict;
  if (table != nullptr && circumstances.may_retry()) {
    verdict.new_values = owned(change.new_values);
    if (settle(entry, mismatch, *table, change, circumstances, verdict)) {
      verdict.action = apply::Verdict::Action::Retry;
    }
  }
  if (verdict.action == apply::Verdict::Action::Skip) entry.outcome = Outcome::LeftOut;
  return verdict;
}

bool Refusals::settle(Entry& entry, const Mismatch& mismatch, const TableSchema& table,
                      const Change& change, const apply::Circumstances& circumstances,
                      apply::Verdict& verdict) {
  switch (mismatch.kind) {
    case MismatchKind::Unique:
      return settle_unique(entry, table, change, circumstances, verdict);
    case MismatchKind::ForeignKey:
      if (!drop_reference(mismatch, table, change, verdict.new_values)) return false;
      entry.outcome = Outcome::Emptied;
      return true;
    case MismatchKind::NotNull:
    case MismatchKind::Check:
    case MismatchKind::Other:
      return settle_row(entry, table, change, circumstances, verdict);
    case MismatchKind::MissingRow:
    case MismatchKind::OtherValue:
    case MismatchKind::ExistingRow:
      break;
  }
  return false;
}

void Refusals::decide(Entry& entry) {
  if (entry.winner) return;
  entry.winner = decider_.choose([&] {
    Conflict conflict = entry.conflict;
    conflict.text = entry.why;
    return conflict;
  });
}

/// The row that loses gets a stand-in.
bool Refusals::settle_unique(Entry& entry, const TableSchema& table, const Change& change,
                             const apply::Circumstances& circumstances, apply::Verdict& verdict) {
  const std::vector<std::size_t> columns = circumstances.unique_columns();
  std::vector<apply::OtherRow> others;
  bool can_yield = true;
  for (const auto& row : circumstances.holders()) {
    auto other = yield(table, columns, row);
    can_yield = can_yield && other.has_value();
    if (other) others.push_back(std::move(*other));
  }
  can_yield = can_yield && !others.empty();
  if (can_yield) decide(entry);
  if (can_yield && entry.winner == Side::Ours) {
    verdict.others = std::move(others);
    entry.outcome = Outcome::TheirsYields;
    return true;
  }
  if (!stand_in(table, columns, change.key_values(), change.new_values, verdict.new_values)) {
    return false;
  }
  entry.outcome = Outcome::StandIn;
  return true;
}

/// Each side kept the constraint, so that the row fits as ours has it: edits of theirs go.
bool Refusals::settle_row(Entry& entry, const TableSchema& table, const Change& change,
                          const apply::Circumstances& circumstances, apply::Verdict& verdict) {
  if (change.operation != Operation::Update) return false;
  const std::vector<Value> ours =
      our_row(change, ours_->find(table, key_of(table, owned(change.old_values))));
  const std::vector<Value> theirs = circumstances.row();
  if (theirs.empty()) return false;
  bool is_other = false;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (change.new_values[i].is_defined() || table.columns[i].key != 0 || ours[i] == theirs[i]) {
      continue;
    }
    verdict.new_values[i] = ours[i];
    is_other = true;
  }
  if (!is_other) return false;
  decide(entry);
  if (entry.winner != Side::Ours) return false;
  entry.outcome = Outcome::OursWhole;
  return true;
}

/// Replaces one of the values that have to be unique, if any can be.
///
/// @param columns  of the value that has to be unique
/// @param key      of the row
/// @param row      its values; Undefined where they may not be replaced
bool Refusals::stand_in(const TableSchema& table, std::span<const std::size_t> columns,
                        std::span<const ValueView> key, std::span<const ValueView> row,
                        std::vector<Value>& values) const {
  const std::string mark =
      merge::row_mark(table.name, key_of(table, std::vector<ValueView>(key.begin(), key.end())));
  std::vector<merge::StandInColumn> candidates;
  for (const std::size_t column : columns) {
    const ColumnSchema& is = table.columns[column];
    const ValueView value = row[column];
    // A stand-in that did not help is not made longer and longer.
    if (!value.is_defined() || value.is_null() || merge::is_stand_in(value, mark)) continue;
    candidates.push_back({column, value, !is.not_null && is.key == 0,
                          is_reference(*schema_, table, is.name), is.key != 0});
  }
  auto chosen = merge::choose_stand_in(candidates, mark);
  if (!chosen) return false;
  values[chosen->first] = std::move(chosen->second);
  return true;
}

/// What a row of theirs gets so that ours can have its value: a stand-in, else what base has.
std::optional<apply::OtherRow> Refusals::yield(const TableSchema& table,
                                               std::span<const std::size_t> columns,
                                               const std::vector<Value>& row) {
  apply::OtherRow other{row, std::vector<Value>(row.size())};
  const std::vector<ValueView> cells = views(row);
  if (stand_in(table, columns, cells, cells, other.new_values)) return other;
  const std::vector<Value> former = base_->find(table, key_of(table, row));
  bool is_other = false;
  for (const std::size_t column : columns) {
    if (former.empty() || table.columns[column].key != 0 || former[column] == row[column]) continue;
    other.new_values[column] = former[column];
    is_other = true;
  }
  return is_other ? std::optional(std::move(other)) : std::nullopt;
}

bool Refusals::drop_reference(const Mismatch& mismatch, const TableSchema& table,
                              const Change& change, std::vector<Value>& values) const {
  for (const Relation& relation : schema_->relations) {
    const auto& columns = relation.child_columns;
    if (relation.child_table != table.name || columns.empty()) continue;
    if (std::find(columns.begin(), columns.end(), mismatch.column) == columns.end()) continue;
    for (auto name = columns.rbegin(); name != columns.rend(); ++name) {
      const auto column = table.find(*name);
      if (!column || !change.new_values[*column].is_defined()) continue;
      const ColumnSchema& is = table.columns[*column];
      if (is.not_null || is.key != 0 || change.new_values[*column].is_null()) continue;
      values[*column] = Value(ValueView::null());
      return true;
    }
  }
  return false;
}

Refusals::Entry& Refusals::entry_of(const Mismatch& mismatch, const TableSchema* table,
                                    const Change& change,
                                    const apply::Circumstances& circumstances) {
  const auto [known, is_new] = numbers_.emplace(row_name(change), entries_.size());
  if (is_new) {
    // Tried again it has other values: those of the first time are those of ours.
    Entry& entry = entries_.emplace_back();
    entry.conflict = describe(mismatch, table, change, circumstances);
    entry.why = mismatch.text;
  }
  Entry& entry = entries_[known->second];
  entry.last_why = mismatch.text;
  return entry;
}

Conflict Refusals::describe(const Mismatch& mismatch, const TableSchema* table,
                            const Change& change, const apply::Circumstances& circumstances) {
  Conflict conflict;
  conflict.kind = kind_of(mismatch.kind);
  conflict.table = change.table->name;
  conflict.key_columns = mismatch.key_columns;
  conflict.key = mismatch.key;
  const bool is_insert = change.operation == Operation::Insert;
  std::vector<Value> base;
  std::vector<Value> ours = our_row(change, {});
  std::vector<Value> theirs = circumstances.row();
  if (table != nullptr) {
    conflict.geometry_column = table->geometry_column;
    if (is_insert) name_as_ours(conflict);
    if (!is_insert) base = base_->find(*table, conflict.key);
    if (!is_insert) ours = our_row(change, ours_->find(*table, conflict.key));
  }
  for (std::size_t i = 0; i < change.old_values.size() && !theirs.empty(); ++i) {
    // The row may be put aside for the moment.
    if (change.old_values[i].is_defined()) theirs[i] = Value(change.old_values[i]);
  }
  if (mismatch.kind == MismatchKind::Unique) {
    // As when both changesets show it: the other row stands under theirs.
    auto holders = circumstances.holders();
    if (!holders.empty()) theirs = std::move(holders.front());
  }
  for (std::size_t i = 0; i < change.table->column_count(); ++i) {
    ConflictCell cell;
    cell.column = i;
    if (table != nullptr) cell.name = table->columns[i].name;
    cell.base = at(base, i);
    cell.ours = at(ours, i);
    cell.theirs = at(theirs, i);
    const bool is_empty = cell.base == Value() && cell.ours == Value() && cell.theirs == Value();
    if (!is_empty) conflict.cells.push_back(std::move(cell));
  }
  return conflict;
}

/// A row that got another key is named by its own.
void Refusals::name_as_ours(Conflict& conflict) const {
  for (const RenumberedKey& moved : *renumbered_) {
    const bool is_it = conflict.key.size() == 1 && moved.table == conflict.table &&
                       conflict.key[0] == Value(ValueView::integer(moved.after));
    if (!is_it) continue;
    conflict.new_key = std::move(conflict.key);
    conflict.key.assign(1, Value(ValueView::integer(moved.before)));
    return;
  }
}

std::vector<Conflict> Refusals::conflicts() const {
  std::vector<Conflict> told;
  for (const Entry& entry : entries_) {
    Conflict& conflict = told.emplace_back(entry.conflict);
    const bool is_ours =
        entry.outcome == Outcome::OursWhole || entry.outcome == Outcome::TheirsYields;
    conflict.written = is_ours ? Side::Ours : Side::Theirs;
    conflict.text = entry.why + "; " + std::string(words(entry.outcome));
    const bool has_other_reason = entry.outcome == Outcome::LeftOut && entry.last_why != entry.why;
    if (has_other_reason) conflict.text += ", because: " + entry.last_why;
  }
  return told;
}

std::string_view Refusals::words(Outcome outcome) {
  switch (outcome) {
    case Outcome::StandIn:
      return "another value stands in in our row";
    case Outcome::Emptied:
      return "our reference is left empty";
    case Outcome::OursWhole:
      return "the row is written as ours has it";
    case Outcome::TheirsYields:
      return "the row of theirs makes way";
    case Outcome::LeftOut:
      break;
  }
  return "our change is left out";
}

}  // namespace qfcsync::replica
