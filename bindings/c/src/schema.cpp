#include <qfcsync/schema.hpp>

#include "guard.hpp"
#include "views.hpp"

#include <utility>

using qfcsync::c::guarded;
using qfcsync::c::require;

namespace {

qfcsync_column to_c(const qfcsync::ColumnSchema& column) {
  return {column.name.c_str(), column.type.c_str(), column.key, column.not_null ? 1 : 0,
          column.default_sql ? column.default_sql->c_str() : nullptr};
}

qfcsync_table to_c(const qfcsync::TableSchema& table) {
  return {table.name.c_str(),
          table.columns.size(),
          table.is_without_rowid ? 1 : 0,
          table.has_integer_key ? 1 : 0,
          table.geometry_column.c_str(),
          table.geometry_type.c_str(),
          table.srs_id};
}

}  // namespace

qfcsync_schema::Unique::Unique(const std::vector<std::vector<std::string>>& sets) {
  for (const auto& set : sets) {
    names.push_back(qfcsync::c::to_c(set, set.size()));
    views.push_back({names.back().data(), set.size()});
  }
}

qfcsync_schema::qfcsync_schema(qfcsync::DatabaseSchema of)
    : schema(std::move(of)), fingerprint(qfcsync::fingerprint(schema)) {
  for (const auto& table : schema.tables) {
    tables.push_back(to_c(table));
    auto& of_table = columns.emplace_back();
    for (const auto& column : table.columns) of_table.push_back(to_c(column));
    unique.emplace_back(table.unique);
  }
  for (const auto& note : schema.notes) notes.push_back(qfcsync::c::to_c(note));
  for (const auto& relation : schema.relations) relations.add(relation);
}

qfcsync_schema_operations::qfcsync_schema_operations(std::vector<qfcsync::SchemaOperation> of)
    : operations(std::move(of)) {
  texts.reserve(operations.size());
  for (const auto& step : operations) {
    texts.push_back(to_string(step));
    views.push_back({static_cast<int>(step.kind), step.table.c_str(), step.column.c_str(),
                     step.before.c_str(), step.after.c_str(), texts.back().c_str()});
  }
}

int qfcsync_schema_read(qfcsync_schema** out, const char* path) {
  return guarded([&] {
    require(out, "out");
    *out = new qfcsync_schema(qfcsync::read_schema(&require(path, "path")));
  });
}

void qfcsync_schema_free(qfcsync_schema* schema) { delete schema; }

const char* qfcsync_schema_fingerprint(const qfcsync_schema* schema) {
  return schema == nullptr ? "" : schema->fingerprint.c_str();
}

size_t qfcsync_schema_table_count(const qfcsync_schema* schema) {
  return schema == nullptr ? 0 : schema->tables.size();
}

const qfcsync_table* qfcsync_schema_table(const qfcsync_schema* schema, size_t index) {
  return index < qfcsync_schema_table_count(schema) ? &schema->tables[index] : nullptr;
}

const qfcsync_column* qfcsync_schema_column(const qfcsync_schema* schema, size_t table_index,
                                            size_t column_index) {
  if (table_index >= qfcsync_schema_table_count(schema)) return nullptr;
  const auto& columns = schema->columns[table_index];
  return column_index < columns.size() ? &columns[column_index] : nullptr;
}

size_t qfcsync_schema_unique_count(const qfcsync_schema* schema, size_t table_index) {
  if (table_index >= qfcsync_schema_table_count(schema)) return 0;
  return schema->unique[table_index].views.size();
}

const qfcsync_unique* qfcsync_schema_unique(const qfcsync_schema* schema, size_t table_index,
                                            size_t index) {
  if (index >= qfcsync_schema_unique_count(schema, table_index)) return nullptr;
  return &schema->unique[table_index].views[index];
}

size_t qfcsync_schema_note_count(const qfcsync_schema* schema) {
  return schema == nullptr ? 0 : schema->notes.size();
}

const qfcsync_table_note* qfcsync_schema_note(const qfcsync_schema* schema, size_t index) {
  return index < qfcsync_schema_note_count(schema) ? &schema->notes[index] : nullptr;
}

size_t qfcsync_schema_relation_count(const qfcsync_schema* schema) {
  return schema == nullptr ? 0 : schema->relations.size();
}

const qfcsync_relation* qfcsync_schema_relation(const qfcsync_schema* schema, size_t index) {
  if (index >= qfcsync_schema_relation_count(schema)) return nullptr;
  return &schema->relations[index].get();
}

int qfcsync_schema_compare(qfcsync_schema_operations** out, const qfcsync_schema* base,
                           const qfcsync_schema* modified) {
  return guarded([&] {
    require(out, "out");
    *out = new qfcsync_schema_operations(qfcsync::compare_schemas(
        require(base, "base").schema, require(modified, "modified").schema));
  });
}

void qfcsync_schema_operations_free(qfcsync_schema_operations* operations) { delete operations; }

size_t qfcsync_schema_operations_count(const qfcsync_schema_operations* operations) {
  return operations == nullptr ? 0 : operations->views.size();
}

const qfcsync_schema_operation* qfcsync_schema_operations_at(
    const qfcsync_schema_operations* operations, size_t index) {
  if (index >= qfcsync_schema_operations_count(operations)) return nullptr;
  return &operations->views[index];
}
