#include "unit/extract/extract_fixture.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <doctest/doctest.h>
#include <fmt/format.h>

// Before sqlite3.h: they make it declare the session functions.
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

namespace qfcsync::test {
namespace {

std::string hex(const void* bytes, int size) {
  std::string text;
  for (int i = 0; i < size; ++i) {
    text += fmt::format("{:02x}", static_cast<const unsigned char*>(bytes)[i]);
  }
  return text;
}

std::string cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return fmt::format("i{}", sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return fmt::format("r{:a}", sqlite3_column_double(statement, column));
    case SQLITE_TEXT: {
      const void* bytes = sqlite3_column_text(statement, column);
      return "t" + hex(bytes, sqlite3_column_bytes(statement, column));
    }
    case SQLITE_BLOB: {
      const void* bytes = sqlite3_column_blob(statement, column);
      return "b" + hex(bytes, sqlite3_column_bytes(statement, column));
    }
    default:
      return "NULL";
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

std::vector<std::string> keyed_tables(const PlainDatabase& database) {
  return lines_of(
      database.text("SELECT group_concat(name, char(10)) FROM sqlite_schema m WHERE type='table' "
                    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' "
                    "AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE pk > 0)"));
}

/// All rows whose key has no NULL, sorted as text: SQL would order by encoding and collation.
std::vector<std::string> content(const PlainDatabase& database, const std::string& table) {
  const std::string where = database.text(
      fmt::format("SELECT group_concat('\"' || name || '\" IS NOT NULL', ' AND ') FROM "
                  "pragma_table_info('{}') WHERE pk > 0",
                  table));
  std::string rows = database.dump(fmt::format("SELECT * FROM \"{}\" WHERE {}", table, where));
  std::vector<std::string> sorted = lines_of(rows);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

std::string shown(ValueView value) {
  switch (value.type()) {
    case ValueType::Undefined:
      return "-";
    case ValueType::Integer:
      return fmt::format("{}", value.as_integer());
    case ValueType::Real:
      return fmt::format("{}r", value.as_real());
    case ValueType::Text:
      return "'" + std::string(value.bytes()) + "'";
    case ValueType::Blob:
      return "x" + hex(value.bytes().data(), static_cast<int>(value.bytes().size()));
    case ValueType::Null:
      return "NULL";
  }
  return "?";
}

std::string shown(std::span<const ValueView> values) {
  std::string text;
  for (const ValueView value : values) text += (text.empty() ? " " : "|") + shown(value);
  return text;
}

int stop_at_conflict(void*, int, sqlite3_changeset_iter*) { return SQLITE_CHANGESET_ABORT; }

}  // namespace

PlainDatabase::PlainDatabase(const std::filesystem::path& file) {
  if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("cannot open");
  run("PRAGMA synchronous=OFF");  // no test pulls the plug
}

PlainDatabase::~PlainDatabase() { sqlite3_close(handle_); }

void PlainDatabase::run(const std::string& sql) const {
  char* message = nullptr;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &message) != SQLITE_OK) {
    throw std::runtime_error(sql + ": " + message);
  }
}

std::string PlainDatabase::dump(const std::string& query) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, query.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    throw std::runtime_error(query + ": " + sqlite3_errmsg(handle_));
  }
  std::string text;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) text += cell(statement, i) + "|";
    text += "\n";
  }
  sqlite3_finalize(statement);
  return text;
}

std::string PlainDatabase::text(const std::string& query) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, query.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    throw std::runtime_error(query + ": " + sqlite3_errmsg(handle_));
  }
  std::string text;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    if (bytes != nullptr) text = bytes;
  }
  sqlite3_finalize(statement);
  return text;
}

FilePair::FilePair(const std::string& base_sql)
    : base_(folder_ / "base.gpkg"), modified_(folder_ / "modified.gpkg") {
  PlainDatabase(base_).run(base_sql);
  std::filesystem::copy_file(base_, modified_);
}

void FilePair::edit(const std::string& sql) const { PlainDatabase(modified_).run(sql); }

std::string FilePair::changes_by(ExtractMethod method, ExtractOptions options) const {
  options.method = method;
  MemorySink out;
  result_ = extract(base_, modified_, out, options);
  return out.take();
}

std::string FilePair::changes(const ExtractOptions& options) const {
  const std::string bytes = changes_by(ExtractMethod::Leaves, options);
  CHECK(bytes == changes_by(ExtractMethod::Pages, options));
  CHECK(bytes == changes_by(ExtractMethod::Sqlite, options));
  MemorySink manifest;
  write_page_manifest(base_, manifest);
  MemorySource source(manifest.bytes());
  MemorySink with_manifest;
  extract_with_manifest(base_, source, modified_, with_manifest, options);
  CHECK(bytes == with_manifest.bytes());
  CHECK(bytes == changes_by(ExtractMethod::Auto, options));
  if (options.schema == SchemaPolicy::Refuse && options.tables.empty()) {
    check_leads_to(bytes, base_, modified_);
    check_leads_to(invert_by_sqlite(bytes), modified_, base_);
  }
  return bytes;
}

void FilePair::check_leads_to(const std::string& changeset, const std::filesystem::path& from,
                              const std::filesystem::path& to) const {
  const std::filesystem::path copy = folder_ / "applied.gpkg";
  std::filesystem::remove(copy);
  PlainDatabase(from).run("VACUUM INTO '" + copy.string() + "'");  // with what is in its log
  const PlainDatabase applied(copy);
  CHECK(apply_by_sqlite(applied.handle(), changeset) == SQLITE_OK);
  const PlainDatabase expected(to);
  for (const std::string& table : keyed_tables(expected)) {
    INFO(table);
    CHECK(content(applied, table) == content(expected, table));
  }
}

std::vector<std::string> lines(const std::string& changeset) {
  std::vector<std::string> result;
  MemorySource source(changeset);
  ChangesetReader reader(source);
  while (const Change* change = reader.next()) {
    std::string line = change->table->name + " " + std::string(to_string(change->operation));
    line += shown(change->old_values);
    if (change->operation == Operation::Update) line += " ->";
    line += shown(change->new_values);
    result.push_back(std::move(line));
  }
  return result;
}

int apply_by_sqlite(sqlite3* database, const std::string& changeset) {
  std::string bytes = changeset;  // SQLite wants it writable
  return sqlite3changeset_apply(database, static_cast<int>(bytes.size()), bytes.data(), nullptr,
                                &stop_at_conflict, nullptr);
}

std::string invert_by_sqlite(const std::string& changeset) {
  int size = 0;
  void* bytes = nullptr;
  if (sqlite3changeset_invert(static_cast<int>(changeset.size()), changeset.data(), &size,
                              &bytes) != SQLITE_OK) {
    throw std::runtime_error("SQLite cannot invert the changeset");
  }
  std::string result(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return result;
}

}  // namespace qfcsync::test
