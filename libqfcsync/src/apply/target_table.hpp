#pragma once

#include <qfcsync/changeset.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace qfcsync::apply {

struct TargetColumn {
  std::string name;
  std::string type;  ///< as declared, upper case
  bool is_key = false;
  bool is_derived = false;     ///< kept by software: what it holds is no reason for a mismatch
  bool is_in_unique = false;   ///< of a unique index besides the key
  bool is_referenced = false;  ///< by a foreign key that does something when the value changes
};

/// What a file does by itself when rows of a table change.
struct TableTriggers {
  /// The spatial index that the triggers of the GeoPackage format keep; "" if there is none, or if
  /// its triggers are not those of the format.
  std::string rtree;
  bool has_counts = false;  ///< GDAL's, for gpkg_ogr_contents
  bool has_others = false;
};

/// A table of the file as far as changes of its rows are concerned.
struct TargetTable {
  enum class Role : std::uint8_t {
    Plain,
    FeatureCounts,  ///< gpkg_ogr_contents
    Derived,        ///< made anew by the file itself: changes of it need no doing
  };
  std::string name;  ///< as stored
  Role role = Role::Plain;
  std::vector<TargetColumn> columns;  ///< as the values of a changeset
  std::vector<std::size_t> key;       ///< positions in columns
  bool has_rowid_key = false;         ///< INTEGER PRIMARY KEY: values are what the rowid is
  bool has_conflict_clause = false;   ///< a constraint of it has ON CONFLICT
  std::optional<std::size_t> geometry;
  TableTriggers triggers;
  /// Some foreign key does something to other rows when a row here goes or changes.
  bool is_action_parent = false;
  /// Rows have no key: the first of columns is the rowid, which stands in for it.
  bool has_nameless_rows = false;

  std::vector<std::string> key_names() const;
  /// Position of a column, as SQLite compares names.
  std::optional<std::size_t> find(std::string_view column) const;
  /// All that triggers do is known, so that it can be done faster than one by one.
  bool can_skip_triggers() const {
    return !triggers.has_others && !is_action_parent && role == Role::Plain;
  }
};

/// A declared foreign key.
struct ForeignKey {
  std::string child;
  std::vector<std::string> child_columns;
  std::string parent;  ///< as stored; "" when there is no such table
  std::vector<std::string> parent_columns;
  bool has_action = false;  ///< CASCADE, SET NULL or SET DEFAULT
  std::string on_update;    ///< the action when a value changes that is referred to
};

/// @errors Corrupt, Io, Busy
std::vector<ForeignKey> read_foreign_keys(sqlite3* database);

/// Reads a table and checks that it is the one that the changeset speaks of.
///
/// @param described  what the envelope says of it; may be nullptr
/// @errors           SchemaMismatch: no such table, no key, other columns; Corrupt, Io, Busy
TargetTable read_target_table(sqlite3* database, const ChangesetTable& table,
                              const TableSchema* described,
                              const std::vector<ForeignKey>& foreign_keys);

/// Reads as much of a table as is needed to look at its rows.
///
/// @errors SchemaMismatch: there is no such table
TargetTable read_watched_table(sqlite3* database, const std::string& name);

/// Marks what foreign keys do to other rows when a row of the table goes or changes.
void mark_referenced(TargetTable& table, const std::vector<ForeignKey>& foreign_keys);

/// What the triggers of a table do.
///
/// @param table  with columns, key and geometry read
TableTriggers read_triggers(sqlite3* database, const TargetTable& table);

}  // namespace qfcsync::apply
