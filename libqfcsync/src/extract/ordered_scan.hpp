#pragma once

#include <qfcsync/schema.hpp>
#include <qfcsync/value.hpp>

#include "gpkg/edit_statement.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

struct sqlite3;

namespace qfcsync::extraction {

/// The rows of a table through SQLite in the order of their keys, which is that of SQLite for
/// values compared by bytes whatever collation a column has: numbers, texts, blobs.
///
/// Rows with NULL in the key are passed over: nothing names them.
class OrderedScan {
 public:
  /// @errors Corrupt, Busy, Io
  OrderedScan(sqlite3* database, const TableSchema& table);

  /// @return false at the end
  /// @errors Corrupt: the order shows that the key's index is damaged; Busy, Io
  bool next();

  /// Values of the row, in the order of the schema's columns; valid until next().
  std::span<const ValueView> row() const { return row_; }
  /// Values of its key, in the order of the key.
  std::span<const ValueView> key() const { return key_; }

  std::uint64_t row_bytes() const { return row_bytes_; }

 private:
  void read_row();
  bool read_key();
  void check_order();

  std::string table_;
  gpkg::edit::Statement statement_;
  std::vector<std::size_t> key_columns_;  // positions in the row, in the order of the key
  std::vector<ValueView> row_;
  std::vector<ValueView> key_;
  std::vector<Value> previous_key_;
  std::vector<ValueView> previous_views_;
  std::uint64_t row_bytes_ = 0;
};

/// Less, equal or greater than 0, as SQLite orders by bytes. 1 and 1.0 are equal here.
///
/// @param a  values of a key, none of them NULL
int compare_keys(std::span<const ValueView> a, std::span<const ValueView> b);

/// Positions of the key's columns, in the order of the key.
std::vector<std::size_t> key_positions(const TableSchema& table);

}  // namespace qfcsync::extraction
