#include <qfcsync/changeset.hpp>

#include "guard.hpp"
#include "streams.hpp"
#include "views.hpp"

#include <memory>
#include <span>
#include <utility>

using qfcsync::c::guarded;
using qfcsync::c::require;

struct qfcsync_changeset_reader {
  explicit qfcsync_changeset_reader(std::unique_ptr<qfcsync::ByteSource> from)
      : source(std::move(from)), reader(*source) {}

  void next() {
    const auto* previous_schema = std::exchange(schema, nullptr);
    change = nullptr;
    change = reader.next();
    if (change == nullptr || reader.envelope() == nullptr) return;
    const auto& table = *change->table;
    schema = previous_schema != nullptr && previous_schema->name == table.name
                 ? previous_schema
                 : reader.envelope()->find(table.name);
    // Names of another shape of the table would be wrong names.
    if (schema != nullptr && schema->columns.size() != table.column_count()) schema = nullptr;
  }

  std::unique_ptr<qfcsync::ByteSource> source;
  qfcsync::ChangesetReader reader;
  const qfcsync::Change* change = nullptr;
  const qfcsync::TableSchema* schema = nullptr;  // of the current table, from the envelope
};

namespace {

qfcsync_value value_at(std::span<const qfcsync::ValueView> values, size_t column) {
  return qfcsync::c::to_c(column < values.size() ? values[column] : qfcsync::ValueView());
}

const qfcsync::ChangesetEnvelope& envelope_of(const qfcsync_changeset_reader& reader) {
  static const qfcsync::ChangesetEnvelope kNone;
  return reader.reader.envelope() == nullptr ? kNone : *reader.reader.envelope();
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
  return reader->change == nullptr ? 0 : static_cast<int>(reader->change->operation);
}

int qfcsync_changeset_reader_is_indirect(const qfcsync_changeset_reader* reader) {
  return reader->change != nullptr && reader->change->is_indirect ? 1 : 0;
}

const char* qfcsync_changeset_reader_table(const qfcsync_changeset_reader* reader) {
  return reader->change == nullptr ? "" : reader->change->table->name.c_str();
}

size_t qfcsync_changeset_reader_column_count(const qfcsync_changeset_reader* reader) {
  return reader->change == nullptr ? 0 : reader->change->table->column_count();
}

int qfcsync_changeset_reader_column_key(const qfcsync_changeset_reader* reader, size_t column) {
  if (column >= qfcsync_changeset_reader_column_count(reader)) return 0;
  return reader->change->table->key[column];
}

const char* qfcsync_changeset_reader_column_name(const qfcsync_changeset_reader* reader,
                                                 size_t column) {
  if (reader->schema == nullptr || column >= reader->schema->columns.size()) return "";
  return reader->schema->columns[column].name.c_str();
}

qfcsync_value qfcsync_changeset_reader_old_value(const qfcsync_changeset_reader* reader,
                                                 size_t column) {
  if (reader->change == nullptr) return value_at({}, column);
  return value_at(reader->change->old_values, column);
}

qfcsync_value qfcsync_changeset_reader_new_value(const qfcsync_changeset_reader* reader,
                                                 size_t column) {
  if (reader->change == nullptr) return value_at({}, column);
  return value_at(reader->change->new_values, column);
}

const char* qfcsync_changeset_reader_tool_version(const qfcsync_changeset_reader* reader) {
  return envelope_of(*reader).tool_version.c_str();
}

const char* qfcsync_changeset_reader_schema_fingerprint(const qfcsync_changeset_reader* reader) {
  return envelope_of(*reader).schema_fingerprint.c_str();
}

const char* qfcsync_changeset_reader_base_id(const qfcsync_changeset_reader* reader) {
  return envelope_of(*reader).base_id.c_str();
}
