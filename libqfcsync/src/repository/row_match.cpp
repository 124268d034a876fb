#include "repository/row_match.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <optional>

namespace qfcsync::repository {
namespace {

/// Columns of the key, in its order.
std::vector<std::size_t> key_columns(const ChangesetTable& table) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    if (table.key[i] != 0) columns.push_back(i);
  }
  std::ranges::stable_sort(columns, {}, [&](std::size_t i) { return table.key[i]; });
  return columns;
}

}  // namespace

bool is_row(const Change& change, std::string_view table, const std::vector<Value>& key) {
  if (change.table->name != table) return false;
  if (key.empty()) return true;
  const std::vector<std::size_t> columns = key_columns(*change.table);
  if (columns.size() != key.size()) {
    throw Error(ErrorCode::InvalidArgument,
                std::string("the key of table ").append(table) + " has another number of columns");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!(change.key_values()[columns[i]] == key[i].view())) return false;
  }
  return true;
}

std::string select_changes(std::string_view changeset, std::string_view table,
                           const std::vector<Value>& key) {
  if (table.empty()) return std::string(changeset);
  MemorySource source(changeset);
  ChangesetReader reader(source);
  MemorySink selected;
  std::optional<ChangesetWriter> writer;
  const ChangesetTable* current = nullptr;
  while (const Change* change = reader.next()) {
    if (!is_row(*change, table, key)) continue;
    if (!writer) writer.emplace(selected, reader.envelope());
    if (current != change->table) writer->begin_table(*change->table);
    current = change->table;
    writer->write_raw(reader.raw_change());
  }
  if (writer) writer->finish();
  return selected.take();
}

}  // namespace qfcsync::repository
