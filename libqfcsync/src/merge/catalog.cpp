#include "merge/catalog.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/version.hpp>

#include "base/text.hpp"
#include "merge/relation_check.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

using base::same_name;

bool same_relation(const Relation& a, const Relation& b) {
  return a.child_table == b.child_table && a.child_columns == b.child_columns &&
         a.parent_table == b.parent_table && a.parent_columns == b.parent_columns;
}

/// Positions of named columns; nullopt when one is missing or the list is empty.
std::optional<std::vector<std::size_t>> positions(const TableSchema& schema,
                                                  const std::vector<std::string>& names) {
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto at =
        std::find_if(schema.columns.begin(), schema.columns.end(),
                     [&](const ColumnSchema& column) { return same_name(column.name, name); });
    if (at == schema.columns.end()) return std::nullopt;
    found.push_back(static_cast<std::size_t>(at - schema.columns.begin()));
  }
  if (found.empty()) return std::nullopt;
  return found;
}

std::vector<std::size_t> key_columns(const ChangesetTable& head) {
  std::vector<std::size_t> key;
  for (std::size_t i = 0; i < head.key.size(); ++i) {
    if (head.key[i] != 0) key.push_back(i);
  }
  return key;
}

/// Key columns in the order of the PRIMARY KEY clause, which a relation without columns means.
std::vector<std::size_t> declared_key(const TableSchema& schema) {
  std::vector<std::size_t> key;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (schema.columns[i].key != 0) key.push_back(i);
  }
  std::sort(key.begin(), key.end(), [&](std::size_t a, std::size_t b) {
    return schema.columns[a].key < schema.columns[b].key;
  });
  return key;
}

}  // namespace

void Catalog::add_envelope(const ChangesetEnvelope* envelope) {
  if (envelope != nullptr) envelopes_.push_back(*envelope);
}

const TableSchema* Catalog::schema_of(const std::string& name) const {
  const auto find = [&](const std::vector<TableSchema>& tables) -> const TableSchema* {
    const auto at = std::find_if(tables.begin(), tables.end(),
                                 [&](const TableSchema& table) { return table.name == name; });
    return at == tables.end() ? nullptr : &*at;
  };
  if (options_->schema != nullptr) {
    if (const TableSchema* schema = find(options_->schema->tables)) return schema;
  }
  for (const ChangesetEnvelope& envelope : envelopes_) {
    if (const TableSchema* schema = find(envelope.tables)) return schema;
  }
  return nullptr;
}

std::uint32_t Catalog::add_table(const ChangesetTable& head) {
  const auto known = numbers_.find(head.name);
  if (known != numbers_.end()) {
    if (key_columns(head) != tables_[known->second].key ||
        head.column_count() != heads_[known->second].column_count()) {
      throw Error(ErrorCode::SchemaMismatch,
                  fmt::format("table {} has other columns or another key on the two sides; changes "
                              "can only be merged between files of one schema",
                              head.name));
    }
    return known->second;
  }
  const auto number = static_cast<std::uint32_t>(tables_.size());
  heads_.push_back(head);
  MergeTable& table = tables_.emplace_back();
  table.number = number;
  describe(table, head);
  numbers_.emplace(head.name, number);
  return number;
}

void Catalog::describe(MergeTable& table, const ChangesetTable& head) {
  table.key = key_columns(head);
  table.schema = schema_of(head.name);
  table.can_renumber = table.key.size() == 1;
  if (const auto known = options_->max_keys.find(head.name); known != options_->max_keys.end()) {
    table.note_key(known->second);
  }
  for (const ChangesetEnvelope& envelope : envelopes_) {
    for (const auto& [name, key] : envelope.max_keys) {
      if (name == head.name) table.note_key(key);
    }
  }
  if (table.schema == nullptr) return;
  if (table.schema->columns.size() != head.column_count()) {
    throw Error(ErrorCode::SchemaMismatch,
                fmt::format("table {} has {} columns in the changeset and {} in the schema",
                            head.name, head.column_count(), table.schema->columns.size()));
  }
  table.can_renumber = table.schema->has_integer_key;
  table.geometries.is_known = true;
  if (!table.schema->geometry_column.empty()) {
    const auto at = positions(*table.schema, {table.schema->geometry_column});
    if (at) table.geometries.column = at->front();
  }
  for (const auto& names : table.schema->unique) {
    if (auto columns = positions(*table.schema, names)) table.unique.push_back(std::move(*columns));
  }
}

std::optional<std::uint32_t> Catalog::find(const std::string& name) const {
  for (const auto& [known, number] : numbers_) {
    if (same_name(known, name)) return number;
  }
  return std::nullopt;
}

std::size_t Catalog::parent_key_number(std::uint32_t table,
                                       const std::vector<std::size_t>& columns) {
  for (std::size_t i = 0; i < parent_keys_.size(); ++i) {
    if (parent_keys_[i].table == table && parent_keys_[i].columns == columns) return i;
  }
  ParentKey& key = parent_keys_.emplace_back();
  key.table = table;
  key.columns = columns;
  for (const std::size_t column : columns) {
    key.affinities.push_back(affinity_of(tables_[table].schema->columns[column].type));
  }
  return parent_keys_.size() - 1;
}

void Catalog::bind_key(MergeTable& child, const Relation& relation) {
  if (child.schema == nullptr || child.key.size() != 1) return;
  if (same_name(relation.child_table, relation.parent_table)) return;
  if (positions(*child.schema, relation.child_columns) == child.key) child.can_renumber = false;
}

void Catalog::add_relation(const Relation& relation) {
  const auto child = find(relation.child_table);
  const auto parent = find(relation.parent_table);
  if (child) bind_key(tables_[*child], relation);
  if (!child || !parent) return;  // nothing can move or vanish there
  if (tables_[*child].schema == nullptr || tables_[*parent].schema == nullptr) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("the relation from table {} to table {} cannot be used: the names of "
                            "the columns are not known; pass the schema",
                            relation.child_table, relation.parent_table));
  }
  const TableSchema& parent_schema = *tables_[*parent].schema;
  auto child_columns = positions(*tables_[*child].schema, relation.child_columns);
  auto parent_columns = relation.parent_columns.empty()
                            ? std::optional(declared_key(parent_schema))
                            : positions(parent_schema, relation.parent_columns);
  if (!child_columns || !parent_columns || child_columns->size() != parent_columns->size()) {
    return;  // SQLite, too, lets a file declare a key that leads nowhere
  }
  MergeRelation resolved;
  resolved.child = *child;
  resolved.parent = *parent;
  resolved.parent_key = parent_key_number(*parent, *parent_columns);
  resolved.child_columns = std::move(*child_columns);
  resolved.parent_columns = std::move(*parent_columns);
  tables_[*child].as_child.push_back(relations_.size());
  tables_[*parent].is_parent = true;
  relations_.push_back(std::move(resolved));
}

void Catalog::check_relations() const {
  KnownTables known;
  const auto add = [&](const std::vector<TableSchema>& tables) {
    for (const TableSchema& table : tables) {
      const bool is_new = std::none_of(known.begin(), known.end(), [&](const TableSchema* other) {
        return same_name(other->name, table.name);
      });
      if (is_new) known.push_back(&table);
    }
  };
  if (options_->schema != nullptr) add(options_->schema->tables);
  for (const ChangesetEnvelope& envelope : envelopes_) add(envelope.tables);
  merge::check_relations(options_->relations, known);
}

void Catalog::resolve_relations() {
  std::vector<Relation> all;
  const auto take = [&](const std::vector<Relation>& relations) {
    for (const Relation& relation : relations) {
      const bool is_known = std::any_of(all.begin(), all.end(), [&](const Relation& other) {
        return same_relation(relation, other);
      });
      if (!is_known) all.push_back(relation);
    }
  };
  take(options_->relations);
  if (options_->schema != nullptr) take(options_->schema->relations);
  for (const ChangesetEnvelope& envelope : envelopes_) take(envelope.relations);
  for (const Relation& relation : all) add_relation(relation);
}

bool Catalog::is_constrained() const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const MergeTable& table) { return table.is_constrained(); });
}

bool Catalog::may_be_constrained() const {
  const auto has_unique = [](const std::vector<TableSchema>& tables) {
    return std::any_of(tables.begin(), tables.end(),
                       [](const TableSchema& table) { return !table.unique.empty(); });
  };
  const DatabaseSchema* schema = options_->schema;
  return !options_->relations.empty() ||
         (schema != nullptr && (!schema->relations.empty() || has_unique(schema->tables))) ||
         std::any_of(envelopes_.begin(), envelopes_.end(), [&](const auto& envelope) {
           return !envelope.relations.empty() || has_unique(envelope.tables);
         });
}

std::optional<ChangesetEnvelope> Catalog::merged_envelope() const {
  if (envelopes_.empty()) return std::nullopt;
  ChangesetEnvelope merged;
  merged.tool_version = fmt::format("qfcsync {}", version());
  merged.schema_fingerprint = envelopes_.front().schema_fingerprint;
  for (const ChangesetEnvelope& envelope : envelopes_) {
    for (const TableSchema& table : envelope.tables) {
      if (merged.find(table.name) == nullptr) merged.tables.push_back(table);
    }
    for (const Relation& relation : envelope.relations) {
      const bool is_known =
          std::any_of(merged.relations.begin(), merged.relations.end(),
                      [&](const Relation& other) { return same_relation(relation, other); });
      if (!is_known) merged.relations.push_back(relation);
    }
  }
  for (const MergeTable& table : tables_) {
    if (table.max_key && table.can_renumber) {
      merged.max_keys.emplace_back(heads_[table.number].name, *table.max_key);
    }
  }
  return merged;
}

}  // namespace qfcsync::merge
