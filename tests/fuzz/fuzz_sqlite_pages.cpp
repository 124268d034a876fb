// Any bytes as a database file: an error or an answer. Bytes that get the first page of a known
// file, so that they have its schema, are also read by SQLite: where both give rows, they give the
// same.

#include <qfcsync/error.hpp>

#include "support/temporary_folder.hpp"
#include "unit/extract/raw_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include <sqlite3.h>

namespace {

using namespace qfcsync;
using test::MemoryPages;
using test::RawRun;

constexpr std::size_t kPageSize = 512;
constexpr std::size_t kMaxBytes = 64 * kPageSize;
constexpr std::size_t kPageCountAt = 28;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Interior pages, overflow pages, a free page, short rows.
std::string make_known_file() {
  const test::TemporaryFolder folder;
  test::TestDatabase db(folder / "known.db");
  db.run(
      "PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, a, b REAL);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO t "
      "SELECT i, CASE WHEN i % 15 THEN 'row ' || i ELSE zeroblob(1200) END, i / 4.0 FROM n;"
      "DELETE FROM t WHERE id BETWEEN 20 AND 30; ALTER TABLE t ADD COLUMN c DEFAULT 'later'");
  return MemoryPages(folder / "known.db").bytes();
}

const std::string& known_file() {
  static const std::string bytes = make_known_file();
  return bytes;
}

RawRun known_run() {
  RawRun run{"t", 2, 2, std::vector<extraction::RawColumn>(4)};
  for (std::size_t i = 0; i < run.columns.size(); ++i) run.columns[i].field = i;
  run.columns[0].is_rowid = true;
  run.columns[2].has_real_affinity = true;
  run.columns[3].missing = Value(ValueView::text("later"));
  return run;
}

/// The bytes with page 1, and so the schema, of the known file.
std::string with_known_schema(std::string bytes) {
  bytes.resize(std::max(bytes.size() / kPageSize, std::size_t{2}) * kPageSize);
  bytes.replace(0, kPageSize, known_file(), 0, kPageSize);
  const std::size_t pages = bytes.size() / kPageSize;
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[kPageCountAt + i] = static_cast<char>(pages >> (24 - 8 * i) & 0xff);
  }
  return bytes;
}

/// Nothing if SQLite finds the file damaged.
std::optional<test::Rows> sqlite_rows(std::string bytes) {
  test::TestDatabase db(":memory:");
  auto* data = reinterpret_cast<unsigned char*>(bytes.data());
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  sqlite3_deserialize(db.handle(), "main", data, size, size, SQLITE_DESERIALIZE_READONLY);
  try {
    return test::read_rows(db, "id, a, b, c", "t");
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::optional<test::RecordingSink> compare(const RawRun& run, const std::string& base,
                                           const std::string& modified, ExtractMethod method) {
  try {
    MemoryPages base_file(base);
    MemoryPages modified_file(modified);
    return run.compare(base_file, modified_file, method);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Nothing also where the ranges do not join.
std::optional<test::RecordingSink> compare_ranges(const RawRun& run, const std::string& base,
                                                  const std::string& modified) {
  try {
    MemoryPages base_file(base);
    MemoryPages modified_file(modified);
    return run.compare_ranges(base_file, modified_file, {10, 25, 45});
  } catch (const Error&) {
    return std::nullopt;
  }
}

void check_against_sqlite(const std::string& bytes) {
  static const test::Rows known_rows = *sqlite_rows(known_file());
  const auto rows = sqlite_rows(bytes);
  const RawRun run = known_run();
  for (const auto method : {ExtractMethod::Leaves, ExtractMethod::Pages}) {
    const auto there = compare(run, known_file(), bytes, method);
    if (rows && there) require(there->changes == test::expected_changes(known_rows, *rows));
    const auto back = compare(run, bytes, known_file(), method);
    if (rows && back) require(back->changes == test::expected_changes(*rows, known_rows));
  }
  const auto ranges = compare_ranges(run, known_file(), bytes);
  if (rows && ranges) require(ranges->changes == test::expected_changes(known_rows, *rows));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), std::min(size, kMaxBytes));
  for (const std::uint32_t root : {1u, 2u, 3u}) {
    RawRun run = known_run();
    run.modified_root = root;
    compare(run, known_file(), bytes, ExtractMethod::Auto);
    run.base_root = root;
    compare(run, bytes, bytes, ExtractMethod::Pages);
    compare_ranges(run, bytes, bytes);
  }
  check_against_sqlite(with_known_schema(bytes));
  return 0;
}
