#include "raw_fixture.hpp"

#include <qfcsync/stream.hpp>

#include "sqlitefile/manifest.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::test {
namespace {

ValueView column_value(sqlite3_stmt* statement, int i) {
  switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
      return ValueView::integer(sqlite3_column_int64(statement, i));
    case SQLITE_FLOAT:
      return ValueView::real(sqlite3_column_double(statement, i));
    case SQLITE_NULL:
      return ValueView::null();
    default:
      break;
  }
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
  const std::string_view view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
  return sqlite3_column_type(statement, i) == SQLITE_TEXT ? ValueView::text(view)
                                                          : ValueView::blob(view);
}

std::string print_value(const ValueView& value) {
  switch (value.type()) {
    case ValueType::Integer:
      return fmt::format("i{}", value.as_integer());
    case ValueType::Real:
      return fmt::format("r{:a}", value.as_real());
    case ValueType::Null:
      return "null";
    default:
      break;
  }
  const char* kind = value.type() == ValueType::Text ? "t" : "b";
  return fmt::format("{}{}#{:x}:{}", kind, value.bytes().size(),
                     std::hash<std::string_view>()(value.bytes()),
                     value.bytes().size() < 20 ? value.bytes() : "");
}

std::string print_row(std::span<const ValueView> row) {
  std::string text;
  for (const ValueView& value : row) text += print_value(value) + "|";
  return text;
}

}  // namespace

TestDatabase::TestDatabase(const std::filesystem::path& path, int reserved) {
  if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error("cannot open");
  if (reserved > 0) sqlite3_file_control(db_, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  run("PRAGMA synchronous = off; PRAGMA journal_mode = memory");
}

TestDatabase::~TestDatabase() { sqlite3_close(db_); }

void TestDatabase::run(const std::string& sql) {
  char* message = nullptr;
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
  const std::string text = fmt::format("{}: {}", message ? message : "", sql);
  sqlite3_free(message);
  throw std::runtime_error(text);
}

std::int64_t TestDatabase::number(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
  const std::int64_t result =
      sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return result;
}

MemoryPages::MemoryPages(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  bytes_.assign(std::istreambuf_iterator<char>(file), {});
}

void MemoryPages::read_at(std::uint64_t offset, char* buffer, std::size_t size) {
  if (offset + size > bytes_.size()) throw std::runtime_error("read beyond the end");
  bytes_.copy(buffer, size, offset);
  bytes_read_ += size;
}

std::string print_row(const std::vector<ValueView>& row) {
  return print_row(std::span<const ValueView>(row));
}

Rows read_rows(TestDatabase& database, const std::string& columns, const std::string& table) {
  Rows rows;
  sqlite3_stmt* statement = nullptr;
  const std::string sql = fmt::format("SELECT {} FROM {}", columns, table);
  int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &statement, nullptr);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code != SQLITE_ROW) break;
    std::vector<ValueView> row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      row.push_back(column_value(statement, i));
    }
    rows[row.front().as_integer()] = print_row(row);
  }
  sqlite3_finalize(statement);
  if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database.handle()));
  return rows;
}

std::vector<std::string> expected_changes(const Rows& base, const Rows& modified) {
  std::map<std::int64_t, std::string> changes;
  for (const auto& [rowid, row] : base) {
    const auto other = modified.find(rowid);
    if (other == modified.end()) {
      changes[rowid] = "- " + row;
    } else if (other->second != row) {
      changes[rowid] = "~ " + row + " => " + other->second;
    }
  }
  for (const auto& [rowid, row] : modified) {
    if (!base.contains(rowid)) changes[rowid] = "+ " + row;
  }
  std::vector<std::string> lines;
  for (const auto& [rowid, line] : changes) lines.push_back(line);
  return lines;
}

void RecordingSink::inserted(std::span<const ValueView> row) {
  calls.push_back("+ " + print_row(row));
  changes.push_back(calls.back());
}

void RecordingSink::deleted(std::span<const ValueView> row) {
  calls.push_back("- " + print_row(row));
  changes.push_back(calls.back());
}

void RecordingSink::updated(std::span<const ValueView> before, std::span<const ValueView> after) {
  const std::string left = print_row(before);
  const std::string right = print_row(after);
  calls.push_back("~ " + left + " => " + right);
  if (left != right) changes.push_back(calls.back());
}

RecordingSink RawRun::compare(MemoryPages& base, MemoryPages& modified,
                              ExtractMethod method) const {
  sqlitefile::PageReader base_pages(base, "base");
  sqlitefile::PageReader modified_pages(modified, "modified");
  RecordingSink sink;
  extraction::compare_rowid_tables({&base_pages, base_root, columns},
                                   {&modified_pages, modified_root, columns}, sink,
                                   {table, method, nullptr, {}, {}});
  return sink;
}

RecordingSink RawRun::compare_with_manifest(MemoryPages& base, MemoryPages& modified) const {
  MemorySink bytes;
  sqlitefile::write_manifest(base, bytes);
  MemorySource source(bytes.bytes());
  const auto manifest = sqlitefile::PageManifest::read(source);
  sqlitefile::PageReader base_pages(base, "base");
  sqlitefile::PageReader modified_pages(modified, "modified");
  RecordingSink sink;
  extraction::compare_rowid_tables({&base_pages, base_root, columns},
                                   {&modified_pages, modified_root, columns}, sink,
                                   {table, ExtractMethod::Auto, &manifest, {}, {}});
  return sink;
}

std::optional<RecordingSink> RawRun::compare_ranges(MemoryPages& base, MemoryPages& modified,
                                                    const std::vector<std::int64_t>& keys) const {
  RecordingSink sink;
  std::optional<extraction::RawResult> before;
  extraction::RowidRange range;
  for (std::size_t i = 0; i <= keys.size(); ++i) {
    range.last = i < keys.size() ? keys[i] : sqlitefile::kLargestRowid;
    sqlitefile::PageReader base_pages(base, "base");
    sqlitefile::PageReader modified_pages(modified, "modified");
    const auto result = extraction::compare_rowid_tables(
        {&base_pages, base_root, columns}, {&modified_pages, modified_root, columns}, sink,
        {table, ExtractMethod::Auto, nullptr, {}, range});
    if (before &&
        (before->base.end != result.base.begin || before->modified.end != result.modified.begin)) {
      return std::nullopt;
    }
    before = result;
    range.first = range.last + (i < keys.size() ? 1 : 0);
  }
  return sink;
}

}  // namespace qfcsync::test
