#pragma once

#include <qfcsync/extract.hpp>

#include "extract/raw_compare.hpp"
#include "sqlitefile/page_source.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace qfcsync::test {

/// A SQLite connection for making test files.
class TestDatabase {
 public:
  /// @param reserved  bytes kept free at the end of each page; only for a new file
  explicit TestDatabase(const std::filesystem::path& path, int reserved = 0);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  void run(const std::string& sql);
  std::int64_t number(const std::string& sql);
  sqlite3* handle() { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

/// A file in memory.
class MemoryPages final : public sqlitefile::PageSource {
 public:
  explicit MemoryPages(std::string bytes) : bytes_(std::move(bytes)) {}
  explicit MemoryPages(const std::filesystem::path& path);
  std::uint64_t size() const override { return bytes_.size(); }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override;
  std::string& bytes() { return bytes_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::string bytes_;
  std::uint64_t bytes_read_ = 0;
};

/// One row as text that tells type and bits of every value.
std::string print_row(const std::vector<ValueView>& row);

/// rowid -> row, through SQLite. @param columns  comma-separated; the first is the rowid
using Rows = std::map<std::int64_t, std::string>;
Rows read_rows(TestDatabase& database, const std::string& columns, const std::string& table);

/// What a sink should be told: one line a change, "- row", "+ row", "~ before => after".
std::vector<std::string> expected_changes(const Rows& base, const Rows& modified);

/// Writes down what it is told.
class RecordingSink final : public extraction::RowSink {
 public:
  void inserted(std::span<const ValueView> row) override;
  void deleted(std::span<const ValueView> row) override;
  void updated(std::span<const ValueView> before, std::span<const ValueView> after) override;

  std::vector<std::string> calls;    ///< all
  std::vector<std::string> changes;  ///< without updates of equal values
};

/// Runs the raw comparison of one table of two files in memory.
struct RawRun {
  std::string table = "t";
  std::uint32_t base_root = 0;
  std::uint32_t modified_root = 0;
  std::vector<extraction::RawColumn> columns;

  RecordingSink compare(MemoryPages& base, MemoryPages& modified, ExtractMethod method) const;
  RecordingSink compare_with_manifest(MemoryPages& base, MemoryPages& modified) const;
  /// Range by range, each as if on a thread of its own.
  ///
  /// @param keys  the last rowids of the ranges, ascending; the last range has no end
  /// @return      nothing when a range does not begin where the one before it ended
  std::optional<RecordingSink> compare_ranges(MemoryPages& base, MemoryPages& modified,
                                              const std::vector<std::int64_t>& keys) const;
};

}  // namespace qfcsync::test
