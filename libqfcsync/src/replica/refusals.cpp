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

ValueView at(std::span<const ValueView> values, std::size_t column) {
  return values.empty() ? ValueView() : values[column];
}

}  // namespace

apply::Verdict Refusals::judge(std::span<const Mismatch> mismatches, const Change& change) {
  const Mismatch& mismatch = mismatches.front();
  const TableSchema* table = schema_->find(change.table->name);
  apply::Verdict verdict;
  if (table != nullptr && change.operation != Operation::Delete) {
    verdict.new_values = owned(change.new_values);
    const bool is_changed = (mismatch.kind == MismatchKind::Unique &&
                             replace_unique(mismatch, *table, change, verdict.new_values)) ||
                            (mismatch.kind == MismatchKind::ForeignKey &&
                             drop_reference(mismatch, *table, change, verdict.new_values));
    if (is_changed) verdict.action = apply::Verdict::Action::Retry;
  }
  record(mismatch, table, change, verdict.action == apply::Verdict::Action::Retry);
  return verdict;
}

bool Refusals::replace_unique(const Mismatch& mismatch, const TableSchema& table,
                              const Change& change, std::vector<Value>& values) const {
  std::vector<merge::StandInColumn> candidates;
  const auto add = [&](const std::string& name) {
    const auto column = table.find(name);
    if (!column || !change.new_values[*column].is_defined()) return;
    const ColumnSchema& is = table.columns[*column];
    // A stand-in that did not help is not made longer and longer.
    const bool was_tried = change.new_values[*column].is_null();
    if (was_tried) return;
    candidates.push_back({*column, change.new_values[*column], !is.not_null && is.key == 0,
                          is_reference(*schema_, table, name), is.key != 0});
  };
  if (!mismatch.column.empty()) add(mismatch.column);
  for (const auto& set : table.unique) {
    if (std::find(set.begin(), set.end(), mismatch.column) == set.end()) continue;
    for (const std::string& name : set) {
      if (name != mismatch.column) add(name);
    }
  }
  std::vector<ValueView> key;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].key != 0) key.push_back(change.key_values()[i]);
  }
  auto stand_in = merge::choose_stand_in(candidates, merge::row_mark(table.name, key));
  if (!stand_in) return false;
  values[stand_in->first] = std::move(stand_in->second);
  return true;
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

void Refusals::record(const Mismatch& mismatch, const TableSchema* table, const Change& change,
                      bool is_written) {
  const auto [known, is_new] = numbers_.emplace(row_name(change), conflicts_.size());
  if (!is_new) {
    // Tried before with a stand-in: the values of the first time are those of ours.
    Conflict& conflict = conflicts_[known->second];
    if (!is_written) conflict.text += "; left out, because: " + mismatch.text;
    return;
  }
  Conflict conflict;
  conflict.kind = kind_of(mismatch.kind);
  conflict.table = change.table->name;
  conflict.key_columns = mismatch.key_columns;
  conflict.key = mismatch.key;
  conflict.written = Side::Theirs;
  if (table != nullptr) conflict.geometry_column = table->geometry_column;
  for (std::size_t i = 0; i < change.table->column_count(); ++i) {
    ConflictCell cell;
    cell.column = i;
    if (table != nullptr) cell.name = table->columns[i].name;
    cell.ours = Value(at(change.new_values, i));
    cell.theirs = Value(at(change.old_values, i));
    if (cell.ours == Value() && cell.theirs == Value()) continue;
    conflict.cells.push_back(std::move(cell));
  }
  conflict.text = mismatch.text + (is_written ? "; another value stands in" : "; left out");
  conflicts_.push_back(std::move(conflict));
}

}  // namespace qfcsync::replica
