#include "apply/hidden_violations.hpp"

#include "apply/cell.hpp"
#include "apply/foreign_keys.hpp"
#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::apply {
namespace {

using base::same_name;
using gpkg::edit::sql_name;
using gpkg::edit::Statement;
using gpkg::edit::StatementUse;

KeyLink link_of(const TargetTable& table, std::size_t number,
                const std::vector<std::string>& columns) {
  KeyLink link;
  link.foreign_key = number;
  for (const std::string& name : columns) {
    const auto at = table.find(name);
    link.is_complete &= at.has_value();
    if (at) link.columns.push_back(*at);
  }
  return link;
}

/// Whether the change writes one of the columns, or may do so.
bool writes(const Change& change, const KeyLink& link) {
  if (change.operation != Operation::Update || !link.is_complete) return true;
  return std::any_of(link.columns.begin(), link.columns.end(), [&](std::size_t column) {
    return change.new_values[column].is_defined() &&
           !(change.new_values[column] == change.old_values[column]);
  });
}

}  // namespace

KeyLinks read_key_links(const TargetTable& table, const std::vector<ForeignKey>& keys) {
  KeyLinks links;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (same_name(keys[i].child, table.name)) {
      links.as_child.push_back(link_of(table, i, keys[i].child_columns));
    }
    if (same_name(keys[i].parent, table.name)) {
      links.as_parent.push_back(link_of(table, i, keys[i].parent_columns));
    }
  }
  return links;
}

DoubtfulChanges::DoubtfulChanges(TargetFile& file) : file_(file) {
  if (!file.has_key_actions() || file.foreign_keys().empty()) return;
  for (std::size_t i = 0; i < file.target_count(); ++i) {
    links_.push_back(read_key_links(file.target(i).table(), file.foreign_keys()));
  }
}

/// Whether one statement may violate a key and mend another, so that the count is 0 after it, too.
/// A delete mends before it violates; below 0 nothing is counted.
bool DoubtfulChanges::may_hide(const Target& target, const Change& change) const {
  const KeyLinks& links = links_[target.number()];
  const TargetTable& table = target.table();
  if (table.triggers.has_others) return true;
  switch (change.operation) {
    case Operation::Insert:
      return !links.as_child.empty() && !links.as_parent.empty();
    case Operation::Delete:
      return table.is_action_parent;
    default:
      break;
  }
  const auto is_written = [&](const KeyLink& link) { return writes(change, link); };
  const auto count = std::count_if(links.as_child.begin(), links.as_child.end(), is_written) +
                     std::count_if(links.as_parent.begin(), links.as_parent.end(), is_written);
  return count > 1 || (count > 0 && table.is_action_parent);
}

void DoubtfulChanges::note(const Target& target, const Change& change, std::uint64_t number) {
  if (links_.empty()) return;
  const bool can_count = !links_[target.number()].empty() || target.table().triggers.has_others;
  if (!can_count) return;
  if (!is_in_doubt_) is_in_doubt_ = file_.connection().has_deferred_violations();
  if (is_in_doubt_ || may_hide(target, change)) add(number);
}

void DoubtfulChanges::add(std::uint64_t number) {
  if (links_.empty()) return;
  if (changes_.size() <= number) changes_.resize(number + 1);
  changes_[number] = true;
}

bool HiddenViolations::is_orphan(const TargetTable& table, const KeyLink& link, Cells key) {
  auto found = orphans_.find(link.foreign_key);
  if (found == orphans_.end()) {
    std::string where;
    for (const std::size_t column : table.key) {
      where += "c." + sql_name(table.columns[column].name) + " = ? AND ";
    }
    const std::string sql = fmt::format("SELECT 1 FROM {} c WHERE {}{}", sql_name(table.name),
                                        where, orphan_sql(keys_[link.foreign_key]));
    found = orphans_.try_emplace(link.foreign_key, database_, sql).first;
  }
  const StatementUse use(found->second);
  int index = 0;
  for (const std::size_t column : table.key) {
    bind_cell(found->second.handle(), ++index, key[column]);
  }
  return found->second.step();
}

void HiddenViolations::add_parent(Target& target, const KeyLink& link, Cells old_values) {
  if (!link.is_complete) return;
  // What an update does not write is in the file.
  const std::vector<Value> parent = target.rows().read(old_values, link.columns);
  if (parent.empty()) return;
  values_.clear();
  for (const Value& value : parent) values_.push_back(value.view());
  const auto number = link.foreign_key;
  parents_.try_emplace(number, database_, keys_[number], number).first->second.add(values_);
}

bool HiddenViolations::add(Target& target, const KeyLinks& links, const Change& change) {
  if (change.operation != Operation::Delete) {
    for (const KeyLink& link : links.as_child) {
      if (writes(change, link) && is_orphan(target.table(), link, change.key_values())) return true;
    }
  }
  if (change.operation == Operation::Insert) return false;
  for (const KeyLink& link : links.as_parent) {
    if (writes(change, link)) add_parent(target, link, change.old_values);
  }
  return false;
}

bool HiddenViolations::add(Target& target, const KeyLinks& links, Cells key,
                           const SideEffect& effect) {
  std::vector<ValueView> original(target.table().columns.size());
  for (std::size_t i = 0; i < effect.original.size(); ++i) original[i] = effect.original[i].view();
  for (const KeyLink& link : links.as_child) {
    std::vector<ValueView> none(original.size());
    for (const std::size_t column : target.table().key) none[column] = key[column];
    const std::vector<Value> now = target.rows().read(none, link.columns);
    const bool is_same = std::equal(
        now.begin(), now.end(), link.columns.begin(), link.columns.end(),
        [&](const Value& value, std::size_t column) { return value.view() == original[column]; });
    if (!now.empty() && !is_same && is_orphan(target.table(), link, key)) return true;
  }
  if (!effect.existed) return false;
  for (const KeyLink& link : links.as_parent) add_parent(target, link, original);
  return false;
}

bool HiddenViolations::has_lost_parents() {
  return std::any_of(parents_.begin(), parents_.end(),
                     [](auto& each) { return each.second.leave_orphans(); });
}

}  // namespace qfcsync::apply
