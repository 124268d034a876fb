#pragma once

#include "gpkg/edit_schema.hpp"
#include "gpkg/edit_statement.hpp"
#include "model/envelope.hpp"

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qfcsync::gpkg::edit {

/// Values for columns, by position in TableSchema::columns; kGeometryColumn for the geometry.
using Assignments = std::vector<std::pair<std::size_t, SqlValue>>;
inline constexpr std::size_t kGeometryColumn = static_cast<std::size_t>(-1);

/// Statements kept per table; more sets of columns than this are prepared anew.
inline constexpr std::size_t kMaxKeptStatements = 64;

/// A text that is the same for equal values only.
std::string value_key(const SqlValue& value);

/// Writes single rows of a table with prepared statements and remembers what has to be noted in the
/// GeoPackage's own tables.
///
/// All methods throw as Statement does; a refused row is SchemaMismatch.
class Table {
 public:
  Table(sqlite3* database, TableSchema schema) : database_(database), schema_(std::move(schema)) {}

  const TableSchema& schema() const { return schema_; }

  /// @return false when a trigger ignored the row
  bool insert(const Assignments& assignments);
  bool update(const SqlValue& locator, const Assignments& assignments);
  bool remove(const SqlValue& locator);

  /// Key of the row inserted last.
  SqlValue inserted_key(const Assignments& assignments);

  /// Whether a value stands in a column, of whatever row.
  bool is_used(std::size_t column, const SqlValue& value);
  /// A value that does not, derived from the seed as QGIS does; NULL if the type has no such.
  SqlValue unused_value(std::size_t column, const SqlValue& seed);

  /// To be called when the change is certain.
  void note_insert(const Assignments& assignments, const model::Envelope& box);
  void note_update(const Assignments& assignments, const model::Envelope& box);
  void note_remove();

  /// Brings extent, time stamp and feature count up to date with what was noted.
  void write_notes();

 private:
  Statement& kept(std::string key, const std::string& sql);
  std::string name_of(std::size_t column) const;
  std::unordered_set<std::string>& values_of(std::size_t column);
  bool has_fast_lookup(std::size_t column) const;
  void write_extent();
  model::Envelope whole_extent();

  sqlite3* database_;
  TableSchema schema_;
  std::map<std::string, std::unique_ptr<Statement>> statements_;
  std::map<std::size_t, std::unordered_set<std::string>> used_values_;
  model::Envelope grown_by_;
  bool changed_ = false;
  bool count_changed_ = false;
};

}  // namespace qfcsync::gpkg::edit
