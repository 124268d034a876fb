#pragma once

#include <qfcsync/changeset.hpp>

#include "apply/target_table.hpp"
#include "gpkg/edit_statement.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

struct sqlite3;

namespace qfcsync::apply {

/// Statements kept per table; more sets of columns than this are prepared anew.
inline constexpr std::size_t kMaxKeptUpdates = 256;

/// Why the database did not take a row.
struct Refusal {
  int code = 0;         ///< extended result code of SQLite; 0: a trigger ignored the row
  std::string message;  ///< SQLite's words
};

using Cells = std::span<const ValueView>;

/// Finds and writes single rows of a table with prepared statements.
///
/// A row is named by cells of which only those of the key are looked at. All methods throw as
/// gpkg::edit::Statement does, but what the row itself is to blame for is returned as a Refusal.
/// A value or row that is larger than SQLite takes is LimitExceeded.
class RowWriter {
 public:
  RowWriter(sqlite3* database, const TargetTable& table) : database_(database), table_(table) {}
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  /// Reads cells of one row.
  ///
  /// @param wanted  cells that are not Undefined here are read, the key always
  /// @return        one entry a column, Undefined where not read; nullptr when there is no such
  ///                row. Valid until done_reading(), which must follow
  const std::vector<ValueView>* find(Cells key, Cells wanted);
  void done_reading();

  /// Copies some cells of one row; those that are known need not be read.
  ///
  /// @param known  a cell a column, Undefined where the file has to be asked; the key always
  /// @return       empty when there is no such row
  std::vector<Value> read(Cells known, std::span<const std::size_t> columns);

  std::optional<Refusal> insert(Cells values);
  /// Writes what is not Undefined in values, key aside; nothing to write is no refusal.
  std::optional<Refusal> update(Cells key, Cells values);
  std::optional<Refusal> remove(Cells key);

 private:
  struct Kept {
    Kept(std::vector<bool> mask, sqlite3* database, const std::string& sql)
        : columns(std::move(mask)), statement(database, sql) {}
    std::vector<bool> columns;
    gpkg::edit::Statement statement;
  };
  /// Statements by the columns that they name, the one used last in front.
  struct Shelf {
    std::list<Kept> kept;
    std::unordered_map<std::vector<bool>, std::list<Kept>::iterator> by_columns;
  };

  gpkg::edit::Statement& kept(Shelf& shelf, const char* verb);
  std::string sql(const char* verb) const;
  std::string where_key() const;
  const char* or_abort() const;
  void bind_key(gpkg::edit::Statement& statement, int first, Cells key) const;
  std::optional<Refusal> run(gpkg::edit::Statement& statement, Cells key, Cells values);
  [[noreturn]] void refuse_size(Cells key, Cells values) const;

  sqlite3* database_;
  const TargetTable& table_;
  Shelf finds_;
  Shelf updates_;
  std::vector<bool> mask_;
  std::vector<ValueView> row_;
  gpkg::edit::Statement* reading_ = nullptr;
  std::optional<gpkg::edit::Statement> insert_;
  std::optional<gpkg::edit::Statement> remove_;
};

}  // namespace qfcsync::apply
