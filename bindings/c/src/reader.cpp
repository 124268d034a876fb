#include <qfcsync/changeset.hpp>

#include "guard.hpp"
#include "streams.hpp"
#include "views.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

using qfcsync::c::guarded;
using qfcsync::c::require;

struct qfcsync_changeset_reader {
  explicit qfcsync_changeset_reader(std::unique_ptr<qfcsync::ByteSource> from)
      : source(std::move(from)), reader(*source) {}

  void next() {
    const auto* previous_schema = std::exchange(schema, nullptr);
    change = nullptr;
    change = reader.next();
    read_envelope();
    if (change == nullptr || reader.envelope() == nullptr) return;
    const auto& table = *change->table;
    schema = previous_schema != nullptr && previous_schema->name == table.name
                 ? previous_schema
                 : reader.envelope()->find(table.name);
    // Names of another shape of the table would be wrong names.
    if (schema != nullptr && schema->columns.size() != table.column_count()) schema = nullptr;
  }

  /// Made of the envelope when it is known.
  void read_envelope() {
    const auto* envelope = reader.envelope();
    if (envelope == nullptr || envelope_schema) return;
    qfcsync::DatabaseSchema tables{envelope->tables, {}, envelope->relations};
    std::sort(tables.tables.begin(), tables.tables.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const auto& [table, key] : envelope->max_keys) max_keys.push_back({table.c_str(), key});
    envelope_schema = std::make_unique<qfcsync_schema>(std::move(tables));
  }

  std::unique_ptr<qfcsync::ByteSource> source;
  qfcsync::ChangesetReader reader;
  std::unique_ptr<qfcsync_schema> envelope_schema;
  std::vector<qfcsync_max_key> max_keys;  // their names are the envelope's
  const qfcsync::Change* change = nullptr;
  const qfcsync::TableSchema* schema = nullptr;  // of the current table, from the envelope
};

namespace {

constexpr std::span<const qfcsync::ValueView> kNoValues;

bool has_change(const qfcsync_changeset_reader* reader) {
  return reader != nullptr && reader->change != nullptr;
}

qfcsync_value value_at(std::span<const qfcsync::ValueView> values, size_t column) {
  return qfcsync::c::to_c(column < values.size() ? values[column] : qfcsync::ValueView());
}

const qfcsync::ChangesetEnvelope& envelope_of(const qfcsync_changeset_reader* reader) {
  static const qfcsync::ChangesetEnvelope kNone;
  const auto* envelope = reader == nullptr ? nullptr : reader->reader.envelope();
  return envelope == nullptr ? kNone : *envelope;
}

}  // namespace

int qfcsync_changeset_reader_new(qfcsync_changeset_reader** out, const qfcsync_source* changeset) {
  return guarded([&] {
    require(out, "out");
    *out = new qfcsync_changeset_reader(qfcsync::c::open_source(changeset, "changeset"));
  });
}

void qfcsync_changeset_reader_free(qfcsync_changeset_reader* reader) { delete reader; }

int qfcsync_changeset_reader_next(int* has_change, qfcsync_changeset_reader* reader) {
  return guarded([&] {
    require(has_change, "has_change");
    require(reader, "reader").next();
    *has_change = reader->change != nullptr ? 1 : 0;
  });
}

int qfcsync_changeset_reader_operation(const qfcsync_changeset_reader* reader) {
  return has_change(reader) ? static_cast<int>(reader->change->operation) : 0;
}

int qfcsync_changeset_reader_is_indirect(const qfcsync_changeset_reader* reader) {
  return has_change(reader) && reader->change->is_indirect ? 1 : 0;
}

const char* qfcsync_changeset_reader_table(const qfcsync_changeset_reader* reader) {
  return has_change(reader) ? reader->change->table->name.c_str() : "";
}

size_t qfcsync_changeset_reader_column_count(const qfcsync_changeset_reader* reader) {
  return has_change(reader) ? reader->change->table->column_count() : 0;
}

int qfcsync_changeset_reader_column_key(const qfcsync_changeset_reader* reader, size_t column) {
  if (column >= qfcsync_changeset_reader_column_count(reader)) return 0;
  return reader->change->table->key[column];
}

const char* qfcsync_changeset_reader_column_name(const qfcsync_changeset_reader* reader,
                                                 size_t column) {
  if (reader == nullptr || reader->schema == nullptr || column >= reader->schema->columns.size())
    return "";
  return reader->schema->columns[column].name.c_str();
}

qfcsync_value qfcsync_changeset_reader_old_value(const qfcsync_changeset_reader* reader,
                                                 size_t column) {
  return value_at(has_change(reader) ? reader->change->old_values : kNoValues, column);
}

qfcsync_value qfcsync_changeset_reader_new_value(const qfcsync_changeset_reader* reader,
                                                 size_t column) {
  return value_at(has_change(reader) ? reader->change->new_values : kNoValues, column);
}

const char* qfcsync_changeset_reader_tool_version(const qfcsync_changeset_reader* reader) {
  return envelope_of(reader).tool_version.c_str();
}

const char* qfcsync_changeset_reader_schema_fingerprint(const qfcsync_changeset_reader* reader) {
  return envelope_of(reader).schema_fingerprint.c_str();
}

const char* qfcsync_changeset_reader_base_id(const qfcsync_changeset_reader* reader) {
  return envelope_of(reader).base_id.c_str();
}

const qfcsync_schema* qfcsync_changeset_reader_schema(const qfcsync_changeset_reader* reader) {
  return reader == nullptr ? nullptr : reader->envelope_schema.get();
}

size_t qfcsync_changeset_reader_max_key_count(const qfcsync_changeset_reader* reader) {
  return reader == nullptr ? 0 : reader->max_keys.size();
}

const qfcsync_max_key* qfcsync_changeset_reader_max_key(const qfcsync_changeset_reader* reader,
                                                        size_t index) {
  if (index >= qfcsync_changeset_reader_max_key_count(reader)) return nullptr;
  return &reader->max_keys[index];
}
