#pragma once

#include "sqlitefile/page_source.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

namespace qfcsync::test {

/// A database file in memory that remembers how it was read.
class MemoryFile final : public sqlitefile::PageSource {
 public:
  explicit MemoryFile(std::string content) : bytes(std::move(content)) {}
  std::uint64_t size() const override { return bytes.size(); }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    if (offset + size > bytes.size()) throw std::runtime_error("read beyond the end");
    bytes.copy(buffer, size, offset);
    reads.push_back(size);
  }

  std::string bytes;
  std::vector<std::size_t> reads;
};

/// What SQLite writes after these statements.
inline std::string database_of(const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_open(":memory:", &db);
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(db));
  }
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(db, "main", &size, 0);
  std::string result(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  sqlite3_close(db);
  return result;
}

/// Statements that insert count rows of size bytes with the rowids from 1 into table t.
inline std::string fill_table(int count, int size) {
  return "CREATE TABLE t (id INTEGER PRIMARY KEY, d BLOB);"
         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
         std::to_string(count) + ") INSERT INTO t SELECT i, zeroblob(" + std::to_string(size) +
         ") FROM n;";
}
inline constexpr std::uint32_t kFirstRoot = 2;  // of the only table, without auto_vacuum

}  // namespace qfcsync::test
