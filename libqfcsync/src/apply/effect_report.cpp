#include "apply/effect_report.hpp"

#include "apply/cell.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>

namespace qfcsync::apply {
namespace {

/// What the changeset says of a row that was touched.
struct Listed {
  Operation operation = Operation::Update;
  std::vector<Value> new_values;
};
using ListedRows = std::unordered_map<std::string, Listed>;

std::string row_name(std::size_t number, const TargetTable& table, Cells key) {
  std::string name = std::to_string(number) + ' ';
  for (const std::size_t column : table.key) append_cell(name, key[column]);
  return name;
}

ListedRows listed_rows(TargetFile& file, const Spool& changeset, const Decisions& decisions) {
  ListedRows rows;
  StoreSource source(changeset.store());
  ChangesetReader reader(source);
  std::uint64_t number = 0;
  for (; const Change* change = reader.next(); ++number) {
    Target& target = file.target(*change->table);
    if (decisions.skipped.contains(number) || target.table().role != TargetTable::Role::Plain ||
        !file.side_effects()->touched(target.number(), change->key_values())) {
      continue;
    }
    Listed listed{change->operation, {}};
    const auto replaced = decisions.replaced.find(number);
    if (replaced != decisions.replaced.end()) {
      listed.new_values = replaced->second;
    } else {
      for (const ValueView& value : change->new_values) listed.new_values.emplace_back(value);
    }
    rows[row_name(target.number(), target.table(), change->key_values())] = std::move(listed);
  }
  return rows;
}

/// The row as it would be without the effect; empty when there would be none.
std::vector<Value> expected_row(const SideEffect& effect, const Listed* listed) {
  if (listed == nullptr) return effect.original;
  if (listed->operation == Operation::Delete) return {};
  if (listed->operation == Operation::Insert || !effect.existed) return listed->new_values;
  std::vector<Value> row = effect.original;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (listed->new_values[i].view().is_defined()) row[i] = listed->new_values[i];
  }
  return row;
}

}  // namespace

void report_effects(TargetFile& file, const Spool& changeset, const Decisions& decisions,
                    const EffectHandler& handler) {
  const SideEffects* effects = file.side_effects();
  if (!handler || effects == nullptr || effects->empty()) return;
  const ListedRows listed = listed_rows(file, changeset, decisions);
  effects->visit([&](std::size_t number, Cells key, const SideEffect& effect) {
    const TargetTable& table = file.watched_table(number);
    const auto found = listed.find(row_name(number, table, key));
    Effect told;
    told.before = expected_row(effect, found == listed.end() ? nullptr : &found->second);
    if (told.before.empty()) return;  // a row that is new, or that had to go
    std::vector<std::size_t> columns(table.columns.size());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
    told.after = file.watched_rows(number).read(key, columns);
    if (told.after == told.before) return;
    told.table = table.name;
    for (const TargetColumn& column : table.columns) told.columns.push_back(column.name);
    told.key = table.key;
    if (table.has_nameless_rows) {
      told.columns.erase(told.columns.begin());
      told.before.erase(told.before.begin());
      if (!told.after.empty()) told.after.erase(told.after.begin());
      told.key.clear();
    }
    handler(told);
  });
}

}  // namespace qfcsync::apply
