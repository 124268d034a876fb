#pragma once

#include <qfcsync/merge.hpp>

#include "merge/affinity.hpp"
#include "merge/geometry_compare.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::merge {

/// A relation between two tables of the changesets, by column positions.
struct MergeRelation {
  std::uint32_t child = 0;
  std::uint32_t parent = 0;
  std::vector<std::size_t> child_columns;
  std::vector<std::size_t> parent_columns;
  std::size_t parent_key = 0;  ///< number of (parent, parent_columns) in Catalog::parent_keys()
};

/// Columns of a table that some relation refers to.
struct ParentKey {
  std::uint32_t table = 0;
  std::vector<std::size_t> columns;
  std::vector<Affinity> affinities;  ///< of the columns
};

/// A table of the changesets, with what is known about it.
struct MergeTable {
  std::uint32_t number = 0;
  const TableSchema* schema = nullptr;  ///< nullptr: no names are known
  std::vector<std::size_t> key;         ///< columns of the primary key, in order of the table
  /// Rows of ours can be given another key: the key is the rowid, or one column of an unknown
  /// table.
  bool can_renumber = false;
  GeometryColumns geometries;
  std::vector<std::vector<std::size_t>> unique;
  std::vector<std::size_t> as_child;  ///< numbers of relations
  bool is_parent = false;
  std::optional<std::int64_t> max_key;  ///< of single integer keys, as far as is known

  /// Rows of it cannot be merged without a look at others.
  bool is_constrained() const { return is_parent || !as_child.empty() || !unique.empty(); }
  std::string column_name(std::size_t column) const {
    return schema == nullptr ? std::string() : schema->columns[column].name;
  }
  bool is_nullable(std::size_t column) const {
    return schema != nullptr && !schema->columns[column].not_null &&
           schema->columns[column].key == 0;
  }
  void note_key(std::int64_t value) {
    if (!max_key || *max_key < value) max_key = value;
  }
  /// Takes the key of a row, when it is one integer.
  void note_row(std::span<const ValueView> row) {
    if (key.size() == 1 && row[key[0]].type() == ValueType::Integer) {
      note_key(row[key[0]].as_integer());
    }
  }
};

/// All tables that two changesets speak of, and what relates them.
class Catalog {
 public:
  explicit Catalog(const MergeOptions& options) : options_(&options) {}

  /// Tells what a changeset knows itself. nullptr is allowed. Ours is to be told first.
  void add_envelope(const ChangesetEnvelope* envelope);

  /// Number of a table; known tables are checked against their earlier head.
  ///
  /// @errors SchemaMismatch: other columns than before, or than the schema
  std::uint32_t add_table(const ChangesetTable& table);

  /// Refuses relations of the caller that lead nowhere. After the last add_envelope().
  ///
  /// @errors as merge::check_relations
  void check_relations() const;

  /// Takes the relations between tables that are there. After the last add_table().
  ///
  /// @errors InvalidArgument: the columns of a related table are not known
  void resolve_relations();

  MergeTable& table(std::uint32_t number) { return tables_[number]; }
  const MergeTable& table(std::uint32_t number) const { return tables_[number]; }
  const std::deque<ChangesetTable>& heads() const { return heads_; }
  const ChangesetTable& head(std::uint32_t number) const { return heads_[number]; }
  std::span<const MergeRelation> relations() const { return relations_; }
  std::span<const ParentKey> parent_keys() const { return parent_keys_; }
  bool is_constrained() const;
  /// Whether anything could make tables constrained that are still to come.
  bool may_be_constrained() const;

  /// The envelope of the rebased changeset; nullopt when neither side had one.
  std::optional<ChangesetEnvelope> merged_envelope() const;

 private:
  const TableSchema* schema_of(const std::string& name) const;
  void describe(MergeTable& table, const ChangesetTable& head);
  /// A key that is a reference at the same time is not free to change: it goes with its parent, or
  /// stays where the parent is not among the changes.
  static void bind_key(MergeTable& child, const Relation& relation);
  void add_relation(const Relation& relation);
  std::optional<std::uint32_t> find(const std::string& name) const;
  std::size_t parent_key_number(std::uint32_t table, const std::vector<std::size_t>& columns);

  const MergeOptions* options_;
  std::vector<ChangesetEnvelope> envelopes_;
  std::deque<ChangesetTable> heads_;
  std::deque<MergeTable> tables_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::vector<MergeRelation> relations_;
  std::vector<ParentKey> parent_keys_;
};

}  // namespace qfcsync::merge
