#include "apply/change_maker.hpp"

#include "apply/cell.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace qfcsync::apply {
namespace {

/// Stands in for integers below everything that people number.
constexpr std::int64_t kFirstStandIn = -(std::int64_t{1} << 61);
constexpr int kStandInTries = 16;

const Value* stand_in_of(const StandIns& stand_ins, std::size_t column) {
  const auto found = std::find_if(stand_ins.begin(), stand_ins.end(),
                                  [&](const auto& each) { return each.first == column; });
  return found == stand_ins.end() ? nullptr : &found->second;
}

/// A value of the type that the column has, other than all that were made before.
Value make_stand_in(const ValueView& old_value, std::uint64_t count) {
  const auto number = kFirstStandIn + static_cast<std::int64_t>(count);
  if (old_value.type() == ValueType::Integer) return Value(ValueView::integer(number));
  if (old_value.type() == ValueType::Real) {
    // Far apart, so that no two are rounded to one.
    return Value(ValueView::real(-1e200 * (1.0 + static_cast<double>(count))));
  }
  const std::string text = fmt::format("\x1fqfcsync {}", count);
  if (old_value.type() == ValueType::Blob) return Value(ValueView::blob(text));
  return Value(ValueView::text(text));
}

Problem refused(Refusal refusal) {
  Problem problem;
  problem.refusal = std::move(refusal);
  return problem;
}

}  // namespace

template <typename Write>
std::optional<Refusal> ChangeMaker::watched(Target& target, const Change& change, Write&& write) {
  SideEffects* effects = file_.side_effects();
  if (effects == nullptr || target.table().role != TargetTable::Role::Plain) return write();
  effects->begin(target.number(), change.operation, change.key_values());
  auto refusal = write();
  effects->end(!refusal);
  return refusal;
}

std::optional<Problem> ChangeMaker::make(Target& target, const Change& change,
                                         const StandIns& stand_ins) {
  const TargetTable& table = target.table();
  if (table.role == TargetTable::Role::Derived) return std::nullopt;
  if (table.role == TargetTable::Role::FeatureCounts && change.operation == Operation::Update) {
    return std::nullopt;  // counted as rows come and go
  }
  file_.set_triggers(!table.can_skip_triggers());
  switch (change.operation) {
    case Operation::Insert:
      return insert(target, change);
    case Operation::Update:
      return update(target, change, stand_ins);
    default:
      return remove(target, change);
  }
}

std::optional<Problem> ChangeMaker::insert(Target& target, const Change& change) {
  auto refusal = watched(target, change, [&] { return target.rows().insert(change.new_values); });
  if (!refusal) {
    target.note_insert(change.new_values, file_.triggers_fire());
    return std::nullopt;
  }
  Problem problem = refused(std::move(*refusal));
  if (!problem.is_unique()) return problem;
  const bool is_there =
      target.rows().find(change.new_values, std::vector<ValueView>(change.new_values.size()));
  target.rows().done_reading();
  if (!is_there) return problem;
  if (target.table().role == TargetTable::Role::FeatureCounts) return std::nullopt;
  // Made by a trigger of ours: finish() sees to the values.
  if (SideEffects* effects = file_.side_effects()) {
    const auto effect = effects->find(target.number(), change.new_values);
    if (effect && !effect->existed) return std::nullopt;
  }
  return problem;
}

/// Whether a cell held what the change expects before side effects reached it.
bool ChangeMaker::was_expected(Target& target, const Change& change, std::size_t column) {
  SideEffects* effects = file_.side_effects();
  if (effects == nullptr) return false;
  const auto effect = effects->find(target.number(), change.old_values);
  return effect && effect->existed && effect->original[column].view() == change.old_values[column];
}

void ChangeMaker::compare(Target& target, const Change& change, const std::vector<ValueView>& row,
                          const StandIns& stand_ins, Problem& problem) {
  const TargetTable& table = target.table();
  own_business_.clear();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const ValueView& expected = change.old_values[i];
    if (!expected.is_defined() || row[i] == expected) continue;
    const Value* stand_in = stand_in_of(stand_ins, i);
    if (stand_in != nullptr && row[i] == stand_in->view()) continue;
    if (table.columns[i].is_derived) {
      own_business_.push_back(i);
      continue;
    }
    if (was_expected(target, change, i)) continue;
    problem.mismatches.push_back(other_value(table, change, i, row[i]));
  }
}

/// Cells that side effects have made already: writing them again would fire triggers twice.
void ChangeMaker::note_made(const Change& change, const std::vector<ValueView>& row) {
  if (file_.side_effects() == nullptr) return;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].is_defined() && row[i] == change.new_values[i]) own_business_.push_back(i);
  }
}

Problem ChangeMaker::missing(Target& target, const Change& change) {
  Problem problem;
  problem.mismatches.push_back(
      make_mismatch(MismatchKind::MissingRow, target.table(), change, "there is no such row"));
  return problem;
}

std::optional<Problem> ChangeMaker::update(Target& target, const Change& change,
                                           const StandIns& stand_ins) {
  const auto* row = target.rows().find(change.old_values, change.old_values);
  if (row == nullptr) return missing(target, change);
  Problem problem;
  compare(target, change, *row, stand_ins, problem);
  note_made(change, *row);
  target.rows().done_reading();
  if (!problem.mismatches.empty()) return problem;

  Cells values = change.new_values;
  if (!own_business_.empty()) {
    values_.assign(values.begin(), values.end());
    for (const std::size_t column : own_business_) values_[column] = ValueView();
    values = values_;
  }
  auto refusal =
      watched(target, change, [&] { return target.rows().update(change.old_values, values); });
  if (refusal) return refused(std::move(*refusal));
  target.note_update(change.old_values, values, file_.triggers_fire());
  return std::nullopt;
}

/// A row that is gone: fits when side effects removed it from what the changeset expects.
std::optional<Problem> ChangeMaker::removed_already(Target& target, const Change& change) {
  SideEffects* effects = file_.side_effects();
  const auto effect =
      effects == nullptr ? std::nullopt : effects->find(target.number(), change.old_values);
  if (!effect || !effect->existed) return missing(target, change);
  Problem problem;
  for (std::size_t i = 0; i < effect->original.size(); ++i) {
    const ValueView found = effect->original[i].view();
    if (found == change.old_values[i]) continue;
    problem.mismatches.push_back(other_value(target.table(), change, i, found));
  }
  if (problem.mismatches.empty()) return std::nullopt;
  return problem;
}

std::optional<Problem> ChangeMaker::remove(Target& target, const Change& change) {
  const auto* row = target.rows().find(change.old_values, change.old_values);
  if (row == nullptr) return removed_already(target, change);
  Problem problem;
  compare(target, change, *row, {}, problem);
  target.rows().done_reading();
  if (!problem.mismatches.empty()) return problem;
  auto refusal = watched(target, change, [&] { return target.rows().remove(change.old_values); });
  if (refusal) return refused(std::move(*refusal));
  target.note_remove(change.old_values, file_.triggers_fire());
  return std::nullopt;
}

std::optional<Problem> ChangeMaker::finish(Target& target, const Change& change) {
  SideEffects* effects = file_.side_effects();
  if (effects == nullptr || target.table().role != TargetTable::Role::Plain ||
      !effects->touched(target.number(), change.key_values())) {
    return std::nullopt;
  }
  file_.set_triggers(false);
  effects->mute();
  std::optional<Problem> problem;
  if (change.operation == Operation::Delete) {
    const bool is_back = target.rows().find(change.old_values, change.old_values) != nullptr;
    target.rows().done_reading();
    if (is_back) {
      auto refusal = target.rows().remove(change.old_values);
      if (refusal) problem = refused(std::move(*refusal));
      if (!refusal) target.note_remove(change.old_values, false);
    }
  } else {
    problem = finish_present(target, change);
  }
  effects->unmute();
  return problem;
}

std::optional<Problem> ChangeMaker::finish_present(Target& target, const Change& change) {
  const auto* row = target.rows().find(change.key_values(), change.new_values);
  if (row == nullptr) return missing(target, change);
  values_.assign(row->size(), ValueView());
  bool differs = false;
  for (std::size_t i = 0; i < row->size(); ++i) {
    const ValueView& value = change.new_values[i];
    if (target.table().columns[i].is_key || !value.is_defined() || (*row)[i] == value) continue;
    values_[i] = value;
    differs = true;
  }
  target.rows().done_reading();
  if (!differs) return std::nullopt;
  auto refusal = target.rows().update(change.key_values(), values_);
  if (refusal) return refused(std::move(*refusal));
  target.note_update(change.key_values(), values_, false);
  return std::nullopt;
}

StandIns ChangeMaker::park(Target& target, const Change& change) {
  const TargetTable& table = target.table();
  if (change.operation != Operation::Update) return {};
  for (int i = 0; i < kStandInTries; ++i) {
    StandIns stand_ins;
    std::vector<ValueView> values(table.columns.size());
    for (std::size_t column = 0; column < values.size(); ++column) {
      const auto& about = table.columns[column];
      if (!about.is_in_unique || !change.new_values[column].is_defined()) continue;
      if (about.is_referenced || column == table.geometry) continue;
      if (change.old_values[column].is_null()) continue;  // is in nobody's way
      stand_ins.emplace_back(column, make_stand_in(change.old_values[column], stand_in_count_++));
    }
    for (const auto& [column, value] : stand_ins) values[column] = value.view();
    if (stand_ins.empty()) return {};
    if (!target.rows().update(change.old_values, values)) return stand_ins;
  }
  return {};
}

bool ChangeMaker::unpark(Target& target, const Change& change, const StandIns& stand_ins) {
  std::vector<ValueView> values(change.old_values.size());
  for (const auto& [column, value] : stand_ins) values[column] = change.old_values[column];
  return !target.rows().update(change.old_values, values);
}

}  // namespace qfcsync::apply
