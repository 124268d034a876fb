#include "sqlite_oracle.hpp"

#include <qfcsync/changeset.hpp>

#include "changeset_builder.hpp"
#include "gpkg/edit_functions.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::test {
namespace {

void check(sqlite3* database, int result, const std::string& what) {
  if (result == SQLITE_OK) return;
  throw std::runtime_error(fmt::format("{}: {}", what, sqlite3_errmsg(database)));
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string cell(sqlite3_stmt* statement, int column) {
  const int type = sqlite3_column_type(statement, column);
  if (type == SQLITE_NULL) return "NULL";
  if (type == SQLITE_INTEGER) return fmt::format("{}", sqlite3_column_int64(statement, column));
  if (type == SQLITE_FLOAT) return fmt::format("{:a}", sqlite3_column_double(statement, column));
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement, column));
  const int size = sqlite3_column_bytes(statement, column);
  std::string out = type == SQLITE_TEXT ? "'" : "x'";
  for (int i = 0; i < size; ++i) {
    const bool is_plain = type == SQLITE_TEXT && bytes[i] >= 0x20;
    out +=
        is_plain ? std::string(1, static_cast<char>(bytes[i])) : fmt::format("\\{:02x}", bytes[i]);
  }
  return out + "'";
}

Value value_of(sqlite3_stmt* statement, int column) {
  const auto bytes = [&] {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return size == 0 ? std::string_view() : std::string_view(data, size);
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return Value(ValueView::integer(sqlite3_column_int64(statement, column)));
    case SQLITE_FLOAT:
      return Value(ValueView::real(sqlite3_column_double(statement, column)));
    case SQLITE_TEXT:
      return Value(ValueView::text(bytes()));
    case SQLITE_BLOB:
      return Value(ValueView::blob(bytes()));
    default:
      return Value(ValueView::null());
  }
}

/// Tables whose rows are somebody's, not derived ones.
std::vector<std::string> tables(const Sqlite& database) {
  std::string names;
  sqlite3_stmt* statement = nullptr;
  check(database.handle(),
        sqlite3_prepare_v2(database.handle(),
                           "SELECT name FROM pragma_table_list WHERE schema='main' AND type="
                           "'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT IN "
                           "('gpkg_contents', 'gpkg_ogr_contents') ORDER BY name",
                           -1, &statement, nullptr),
        "tables");
  std::vector<std::string> out;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    out.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
  }
  sqlite3_finalize(statement);
  return out;
}

}  // namespace

Sqlite::Sqlite(const std::filesystem::path& file) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  check(handle_, sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr), file.string());
  sqlite3_busy_timeout(handle_, 10'000);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  gpkg::edit::register_functions(handle_);
  run("PRAGMA synchronous = OFF");  // what tests make need not survive
}

Sqlite::~Sqlite() { sqlite3_close_v2(handle_); }

void Sqlite::run(const std::string& sql) const {
  check(handle_, sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), sql);
}

std::string Sqlite::rows(const std::string& query) const {
  sqlite3_stmt* statement = nullptr;
  check(handle_, sqlite3_prepare_v2(handle_, query.c_str(), -1, &statement, nullptr), query);
  std::string out;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      out += (i == 0 ? "" : "|") + cell(statement, i);
    }
    out += '\n';
  }
  check(handle_, sqlite3_finalize(statement), query);
  return out;
}

std::string Sqlite::value(const std::string& query) const {
  const std::string text = rows(query);
  return text.substr(0, text.find_first_of("|\n"));
}

std::string dump(const std::filesystem::path& file) {
  const Sqlite database(file);
  std::string out;
  for (const std::string& name : tables(database)) {
    // By all columns: the dump must not depend on where a row lies.
    auto sorted = lines(database.rows("SELECT * FROM " + quoted(name)));
    std::sort(sorted.begin(), sorted.end());
    out += fmt::format("== {}\n{}\n", name, fmt::join(sorted, "\n"));
  }
  return out;
}

std::string check_database(const std::filesystem::path& file) {
  const Sqlite database(file);
  std::string out = database.rows("PRAGMA integrity_check");
  if (out == "'ok'\n") out.clear();
  return out + database.rows("PRAGMA foreign_key_check");
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

namespace {

std::string taken(sqlite3_session* session, sqlite3* database) {
  int size = 0;
  void* bytes = nullptr;
  check(database, sqlite3session_changeset(session, &size, &bytes), "changeset");
  std::string out(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  sqlite3session_delete(session);
  return out;
}

}  // namespace

std::string session_diff(const std::filesystem::path& base, const std::filesystem::path& modified) {
  const Sqlite database(modified);
  database.run("ATTACH '" + base.string() + "' AS base");
  sqlite3_session* session = nullptr;
  check(database.handle(), sqlite3session_create(database.handle(), "main", &session), "session");
  for (const std::string& name : tables(database)) {
    check(database.handle(), sqlite3session_attach(session, name.c_str()), name);
    char* message = nullptr;
    check(database.handle(), sqlite3session_diff(session, "base", name.c_str(), &message), name);
  }
  return taken(session, database.handle());
}

namespace {

using Row = std::vector<Value>;

struct Content {
  std::vector<std::uint8_t> key;
  std::map<std::string, Row> rows;  // by the key's cells as text
};

Content content_of(const Sqlite& database, const std::string& table) {
  Content content;
  std::string columns;
  std::string keys = "''";
  sqlite3_stmt* statement = nullptr;
  const std::string info =
      "SELECT name, pk FROM pragma_table_xinfo(" + quoted(table) + ") WHERE hidden = 0";
  sqlite3_prepare_v2(database.handle(), info.c_str(), -1, &statement, nullptr);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const std::string name =
        quoted(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    content.key.push_back(static_cast<std::uint8_t>(sqlite3_column_int(statement, 1)));
    columns += ", " + name;
    if (content.key.back() != 0) keys += " || ' ' || typeof(" + name + ") || quote(" + name + ")";
  }
  sqlite3_finalize(statement);
  const std::string query = "SELECT " + keys + columns + " FROM " + quoted(table);
  check(database.handle(),
        sqlite3_prepare_v2(database.handle(), query.c_str(), -1, &statement, nullptr), query);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    Row row;
    for (int i = 1; i < sqlite3_column_count(statement); ++i) row.push_back(value_of(statement, i));
    content.rows.emplace(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)),
                         std::move(row));
  }
  sqlite3_finalize(statement);
  return content;
}

std::vector<ValueView> views(const Row& row) {
  std::vector<ValueView> out;
  for (const Value& value : row) out.push_back(value.view());
  return out;
}

void add_update(ChangesetBuilder& builder, const Content& content, const Row& before,
                const Row& after) {
  auto old_values = views(before);
  auto new_values = views(after);
  for (std::size_t i = 0; i < old_values.size(); ++i) {
    const bool is_same = old_values[i] == new_values[i];
    if (is_same && content.key[i] == 0) old_values[i] = ValueView();
    if (is_same) new_values[i] = ValueView();
  }
  builder.update(old_values, new_values);
}

}  // namespace

std::string row_diff(const std::filesystem::path& base, const std::filesystem::path& modified) {
  const Sqlite before(base);
  const Sqlite after(modified);
  ChangesetBuilder builder;
  for (const std::string& name : tables(before)) {
    const Content old_content = content_of(before, name);
    const Content new_content = content_of(after, name);
    const bool has_key = std::any_of(old_content.key.begin(), old_content.key.end(),
                                     [](std::uint8_t key) { return key != 0; });
    if (!has_key) continue;
    builder.table(name, old_content.key);
    for (const auto& [key, row] : new_content.rows) {
      const auto old_row = old_content.rows.find(key);
      if (old_row == old_content.rows.end()) {
        builder.insert(views(row));
      } else if (old_row->second != row) {
        add_update(builder, old_content, old_row->second, row);
      }
    }
    for (const auto& [key, row] : old_content.rows) {
      if (!new_content.rows.contains(key)) builder.remove(views(row));
    }
  }
  return builder.finish();
}

std::string record(const std::filesystem::path& file, const std::string& sql) {
  const Sqlite database(file);
  sqlite3_session* session = nullptr;
  check(database.handle(), sqlite3session_create(database.handle(), "main", &session), "session");
  check(database.handle(), sqlite3session_attach(session, nullptr), "attach");
  database.run(sql);
  return taken(session, database.handle());
}

std::string session_invert(const std::string& changeset) {
  int size = 0;
  void* bytes = nullptr;
  if (sqlite3changeset_invert(static_cast<int>(changeset.size()), changeset.data(), &size,
                              &bytes) != SQLITE_OK) {
    throw std::runtime_error("cannot invert");
  }
  std::string out(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return out;
}

bool session_apply(const std::filesystem::path& file, const std::string& changeset) {
  const Sqlite database(file);
  const auto abort = [](void*, int, sqlite3_changeset_iter*) { return SQLITE_CHANGESET_ABORT; };
  std::string bytes = changeset;
  return sqlite3changeset_apply(database.handle(), static_cast<int>(bytes.size()), bytes.data(),
                                nullptr, abort, nullptr) == SQLITE_OK;
}

}  // namespace qfcsync::test
