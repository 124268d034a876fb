#include "replica/effect_conflict.hpp"

#include "apply/cell.hpp"

#include <fmt/format.h>

namespace qfcsync::replica {
namespace {

std::string sentence(const apply::Effect& effect) {
  std::string name;
  for (const std::size_t column : effect.key) {
    name += fmt::format(", {} = {}", effect.columns[column],
                        apply::cell_text(effect.before[column].view()));
  }
  const std::string begin =
      fmt::format("table {}{}: a trigger or a foreign key of the file ", effect.table, name);
  const std::string end = " when changes of ours were made";
  if (effect.after.empty()) return begin + "removed this row" + end;
  std::string columns;
  for (std::size_t i = 0; i < effect.columns.size(); ++i) {
    if (effect.before[i] == effect.after[i]) continue;
    columns += (columns.empty() ? "" : ", ") + effect.columns[i];
  }
  return begin + "changed " + columns + " of this row" + end;
}

}  // namespace

Conflict effect_conflict(const apply::Effect& effect, const DatabaseSchema& schema,
                         SideRows& base) {
  Conflict conflict;
  conflict.kind = ConflictKind::Constraint;
  conflict.table = effect.table;
  conflict.written = Side::Ours;
  conflict.text = sentence(effect);
  for (const std::size_t column : effect.key) {
    conflict.key_columns.push_back(effect.columns[column]);
    conflict.key.push_back(effect.before[column]);
  }
  std::vector<Value> base_row;
  if (const TableSchema* table = schema.find(effect.table)) {
    conflict.geometry_column = table->geometry_column;
    base_row = base.find(*table, conflict.key);
  }
  for (std::size_t i = 0; i < effect.columns.size(); ++i) {
    ConflictCell cell;
    cell.column = i;
    cell.name = effect.columns[i];
    if (!base_row.empty()) cell.base = base_row[i];
    if (!effect.after.empty()) cell.ours = effect.after[i];
    cell.theirs = effect.before[i];
    conflict.cells.push_back(std::move(cell));
  }
  return conflict;
}

}  // namespace qfcsync::replica
