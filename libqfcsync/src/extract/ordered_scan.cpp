#include "extract/ordered_scan.hpp"

#include <qfcsync/error.hpp>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

using gpkg::edit::sql_name;

/// What a value costs besides its bytes.
constexpr std::uint64_t kValueOverhead = 2;

/// Texts by their UTF-8 bytes: SQLite's BINARY takes the bytes as they are stored.
constexpr const char* kUtf8Collation = "qfcsync_utf8";

int compare_bytes(void*, int a_size, const void* a, int b_size, const void* b) {
  const std::string_view left(static_cast<const char*>(a), static_cast<std::size_t>(a_size));
  const std::string_view right(static_cast<const char*>(b), static_cast<std::size_t>(b_size));
  return left.compare(right);
}

bool is_utf8(sqlite3* database) {
  gpkg::edit::Statement encoding(database, "PRAGMA main.encoding");
  return encoding.step() && encoding.column_text(0) == "UTF-8";
}

/// The collation that orders texts by UTF-8 bytes; BINARY where it does, since indexes may have it.
const char* byte_collation(sqlite3* database) {
  if (is_utf8(database)) return "BINARY";
  if (sqlite3_create_collation_v2(database, kUtf8Collation, SQLITE_UTF8, nullptr, &compare_bytes,
                                  nullptr) != SQLITE_OK) {
    gpkg::edit::throw_sqlite(database, "cannot add a collation");
  }
  return kUtf8Collation;
}

std::string scan_sql(sqlite3* database, const TableSchema& table) {
  const char* collation = byte_collation(database);
  std::string columns;
  for (const ColumnSchema& column : table.columns) {
    if (!columns.empty()) columns += ", ";
    columns += sql_name(column.name);
  }
  std::string order;
  for (const std::size_t position : key_positions(table)) {
    if (!order.empty()) order += ", ";
    order += sql_name(table.columns[position].name);
    // By its own collation an index could not tell 'a' from 'A'.
    if (!table.has_integer_key) order += fmt::format(" COLLATE {}", collation);
  }
  // Sorting rows is faster than fetching each through an index, and no index can be damaged then.
  return fmt::format("SELECT {} FROM main.{} {} ORDER BY {}", columns, sql_name(table.name),
                     table.is_without_rowid ? "" : "NOT INDEXED", order);
}

}  // namespace

OrderedScan::OrderedScan(sqlite3* database, const TableSchema& table)
    : table_(table.name),
      statement_(database, scan_sql(database, table)),
      key_columns_(key_positions(table)),
      row_(table.columns.size()),
      key_(key_columns_.size()) {}

bool OrderedScan::next() {
  while (statement_.step()) {
    read_row();
    if (!read_key()) continue;
    check_order();
    return true;
  }
  return false;
}

void OrderedScan::read_row() {
  row_bytes_ = 0;
  for (std::size_t i = 0; i < row_.size(); ++i) {
    row_[i] = statement_.column_view(static_cast<int>(i));
    row_bytes_ += row_[i].bytes().size() + kValueOverhead;
  }
}

bool OrderedScan::read_key() {
  for (std::size_t i = 0; i < key_.size(); ++i) {
    key_[i] = row_[key_columns_[i]];
    if (key_[i].is_null()) return false;
  }
  return true;
}

void OrderedScan::check_order() {
  previous_views_.clear();
  for (const Value& value : previous_key_) previous_views_.push_back(value.view());
  if (!previous_views_.empty() && compare_keys(previous_views_, key_) >= 0) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("table {} does not come in the order of its key, or has a key twice: "
                            "its index is damaged (REINDEX helps)",
                            table_));
  }
  previous_key_.clear();
  for (const ValueView value : key_) previous_key_.emplace_back(value);
}

}  // namespace qfcsync::extraction
