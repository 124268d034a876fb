#include "changeset/json_labels.hpp"

#include <qfcsync/error.hpp>

#include "base/utf8.hpp"
#include "changeset/json_text.hpp"
#include "changeset/key_columns.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace qfcsync::changeset {
namespace {

void require_fit(const ChangesetTable& table, const TableSchema& schema) {
  if (fits(table, schema)) return;
  throw Error(
      ErrorCode::SchemaMismatch,
      fmt::format("table {} has {} columns in the changeset; the schema has {} columns or "
                  "another key for it: use the schema of the file that was changed",
                  base::to_valid_utf8(table.name), table.column_count(), schema.columns.size()));
}

bool are_usable(const std::vector<std::string>& names) {
  const std::set<std::string_view> different(names.begin(), names.end());
  return different.size() == names.size() &&
         std::all_of(names.begin(), names.end(), [](const auto& name) { return is_utf8(name); });
}

std::vector<std::string> numbered_names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("c{}", i));
  return names;
}

}  // namespace

bool fits(const ChangesetTable& table, const TableSchema& schema) {
  return std::equal(table.key.begin(), table.key.end(), schema.columns.begin(),
                    schema.columns.end(), [](std::uint8_t position, const ColumnSchema& column) {
                      return (position != 0) == (column.key != 0);
                    });
}

const TableSchema* SchemaLookup::find(std::string_view table) const {
  if (given_ != nullptr) {
    const auto found = std::find_if(given_->tables.begin(), given_->tables.end(),
                                    [&](const TableSchema& one) { return one.name == table; });
    if (found != given_->tables.end()) return &*found;
  }
  return envelope_ == nullptr ? nullptr : envelope_->find(table);
}

std::vector<const TableSchema*> SchemaLookup::tables() const {
  std::vector<const TableSchema*> out;
  if (given_ != nullptr) {
    for (const TableSchema& table : given_->tables) out.push_back(&table);
  }
  if (envelope_ == nullptr) return out;
  for (const TableSchema& table : envelope_->tables) {
    if (find(table.name) == &table) out.push_back(&table);
  }
  return out;
}

JsonLabels labels_of(const ChangesetTable& table, const SchemaLookup& schemas) {
  JsonLabels labels;
  labels.schema = schemas.find(table.name);
  labels.key_columns = key_columns(table);
  for (const std::uint8_t position : table.key) labels.is_key.push_back(position != 0);
  if (labels.schema != nullptr) {
    require_fit(table, *labels.schema);
    for (const ColumnSchema& column : labels.schema->columns) {
      if (!labels.schema->geometry_column.empty() &&
          column.name == labels.schema->geometry_column) {
        labels.geometry = labels.names.size();
      }
      labels.names.push_back(column.name);
    }
  }
  if (labels.schema == nullptr || !are_usable(labels.names)) {
    labels.names = numbered_names(table.column_count());
  }
  for (const std::string& name : labels.names) {
    std::string member;
    append_json_string(name, member);
    labels.members.push_back(member + ": ");
  }
  return labels;
}

}  // namespace qfcsync::changeset
