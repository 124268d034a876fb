#include "extract/envelope.hpp"

#include <qfcsync/version.hpp>

#include "gpkg/edit_statement.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace qfcsync::extraction {
namespace {

using gpkg::edit::sql_name;
using gpkg::edit::Statement;
using Largest = std::optional<std::int64_t>;

void raise(Largest& largest, const gpkg::edit::SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    largest = std::max(largest.value_or(*number), *number);
  }
}

bool has_sequences(const Snapshot& file) {
  Statement statement(file.handle(), "SELECT 1 FROM sqlite_schema WHERE name='sqlite_sequence'");
  return statement.step();
}

void raise_by_file(Largest& largest, const Snapshot& file, const TableSchema& table) {
  const auto key = std::find_if(table.columns.begin(), table.columns.end(),
                                [](const ColumnSchema& column) { return column.key > 0; });
  Statement rows(file.handle(), fmt::format("SELECT max({}) FROM main.{}", sql_name(key->name),
                                            sql_name(table.name)));
  if (rows.step()) raise(largest, rows.column(0));
  if (!has_sequences(file)) return;
  Statement sequence(file.handle(), "SELECT max(seq) FROM sqlite_sequence WHERE name = ?1");
  sequence.bind_text(1, table.name);
  if (sequence.step()) raise(largest, sequence.column(0));
}

void add_relations(const std::vector<Relation>& relations, ChangesetEnvelope& envelope) {
  for (const Relation& relation : relations) {
    auto& known = envelope.relations;
    if (std::find(known.begin(), known.end(), relation) == known.end()) known.push_back(relation);
  }
}

}  // namespace

ChangesetEnvelope make_envelope(const Snapshot& base, const Snapshot& modified,
                                const std::vector<std::string>& tables, std::string base_id) {
  ChangesetEnvelope envelope;
  envelope.tool_version = fmt::format("qfcsync {}", version());
  envelope.schema_fingerprint = fingerprint(base.schema());
  envelope.base_id = std::move(base_id);
  for (const std::string& name : tables) {
    const TableSchema& table = *base.schema().find(name);
    envelope.tables.push_back(table);
    if (!table.has_integer_key) continue;
    Largest largest;
    for (const Snapshot* file : {&base, &modified}) raise_by_file(largest, *file, table);
    if (largest) envelope.max_keys.emplace_back(name, *largest);
  }
  add_relations(base.schema().relations, envelope);
  add_relations(modified.schema().relations, envelope);
  return envelope;
}

}  // namespace qfcsync::extraction
