#pragma once

#include "apply/row_writer.hpp"
#include "apply/target_table.hpp"
#include "gpkg/edit_statement.hpp"

#include <optional>
#include <string>

struct sqlite3;

namespace qfcsync::apply {

/// Values that rows of a foreign key's parent had, in a temporary table whose columns compare as
/// those of the parent: SQLite compares a reference as the parent's column would see it.
class ReferencedValues {
 public:
  /// @param key     with a parent
  /// @param number  makes the name of the temporary table; one object a number at a time
  ReferencedValues(sqlite3* database, const ForeignKey& key, std::size_t number);
  ~ReferencedValues();
  ReferencedValues(const ReferencedValues&) = delete;
  ReferencedValues& operator=(const ReferencedValues&) = delete;

  void add(Cells values);
  bool contains(Cells values);
  bool empty() const { return is_empty_; }
  /// Whether a row of the child refers to one of the values, and the parent has no such row.
  bool leave_orphans();

 private:
  void run(std::optional<gpkg::edit::Statement>& statement, const std::string& sql, Cells values,
           bool& has_row);

  sqlite3* database_;
  const ForeignKey& key_;
  std::string name_;
  bool is_empty_ = true;
  std::optional<gpkg::edit::Statement> add_;
  std::optional<gpkg::edit::Statement> find_;
};

}  // namespace qfcsync::apply
