#include "sqlite_side.hpp"

#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::oracle {

namespace {

[[noreturn]] void fail(sqlite3* database, std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, sqlite3_errmsg(database)));
}

void check(int code, const char* what) {
  if (code != SQLITE_OK)
    throw std::runtime_error(fmt::format("{}: {}", what, sqlite3_errstr(code)));
}

std::string_view bytes_of(sqlite3_value* value, bool is_text) {
  const void* bytes = is_text ? sqlite3_value_text(value) : sqlite3_value_blob(value);
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
  return {bytes == nullptr ? "" : static_cast<const char*>(bytes), bytes == nullptr ? 0 : size};
}

Value value_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return Value(ValueView::integer(sqlite3_value_int64(value)));
    case SQLITE_FLOAT:
      return Value(ValueView::real(sqlite3_value_double(value)));
    case SQLITE_TEXT:
      return Value(ValueView::text(bytes_of(value, true)));
    case SQLITE_BLOB:
      return Value(ValueView::blob(bytes_of(value, false)));
    default:
      return Value(ValueView::null());
  }
}

void bind(sqlite3_stmt* statement, int index, ValueView value) {
  const auto size = static_cast<sqlite3_uint64>(value.bytes().size());
  switch (value.type()) {
    case ValueType::Integer:
      sqlite3_bind_int64(statement, index, value.as_integer());
      break;
    case ValueType::Real:
      sqlite3_bind_double(statement, index, value.as_real());
      break;
    case ValueType::Text:
      sqlite3_bind_text64(statement, index, value.bytes().data(), size, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
      break;
    case ValueType::Blob:
      if (size == 0) {
        sqlite3_bind_zeroblob(statement, index, 0);
      } else {
        sqlite3_bind_blob64(statement, index, value.bytes().data(), size, SQLITE_TRANSIENT);
      }
      break;
    default:
      sqlite3_bind_null(statement, index);
  }
}

std::string shown(const Cells& cells) {
  std::string text = "(";
  for (const auto& cell : cells) {
    if (cell.empty()) text += ".";
    for (const char c : cell.substr(0, 60)) {
      const bool is_plain = c >= ' ' && c <= '~';
      text +=
          is_plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    if (cell.size() > 60) text += fmt::format("... {} bytes", cell.size() - 1);
    text += ", ";
  }
  return text + ")";
}

}  // namespace

Cell cell_of(ValueView value) {
  switch (value.type()) {
    case ValueType::Undefined:
      return "";
    case ValueType::Integer:
      return fmt::format("i{}", value.as_integer());
    case ValueType::Real:
      return fmt::format("r{} {:x}", value.as_real(),
                         std::bit_cast<std::uint64_t>(value.as_real()));
    case ValueType::Text:
      return "t" + std::string(value.bytes());
    case ValueType::Blob:
      return "b" + std::string(value.bytes());
    default:
      return "n";
  }
}

Connection::Connection(const std::filesystem::path& file) {
  if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) fail(database_, file.string());
  execute("PRAGMA synchronous = OFF");
}

Connection::~Connection() { sqlite3_close(database_); }

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(database_, sql);
  }
}

sqlite3_stmt* Connection::prepare(const std::string& sql, const std::vector<Value>& arguments) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    fail(database_, sql);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    bind(statement, static_cast<int>(i + 1), arguments[i].view());
  }
  return statement;
}

bool Connection::run(const std::string& sql, const std::vector<Value>& arguments) {
  sqlite3_stmt* statement = prepare(sql, arguments);
  const int code = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH) return false;
  if (code != SQLITE_DONE && code != SQLITE_ROW) fail(database_, sql);
  return true;
}

std::vector<std::vector<Value>> Connection::query(const std::string& sql,
                                                  const std::vector<Value>& arguments) {
  sqlite3_stmt* statement = prepare(sql, arguments);
  std::vector<std::vector<Value>> rows;
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    auto& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      row.push_back(value_of(sqlite3_column_value(statement, i)));
    }
  }
  sqlite3_finalize(statement);
  if (code != SQLITE_DONE) fail(database_, sql);
  return rows;
}

std::string Connection::text(const std::string& sql) {
  const auto rows = query(sql);
  return rows.empty() ? "" : std::string(rows[0][0].view().bytes());
}

std::string as_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::vector<TableColumns> tables_with_key(Connection& connection) {
  std::vector<TableColumns> tables;
  for (const auto& row : connection.query(
           "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name "
           "NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")) {
    TableColumns table;
    table.name = row[0].view().bytes();
    for (const auto& column : connection.query(
             "SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid",
             {row[0]})) {
      table.all.emplace_back(column[0].view().bytes());
      if (column[1].view().as_integer() > 0) table.key.push_back(table.all.back());
    }
    if (!table.key.empty()) tables.push_back(table);
  }
  return tables;
}

Content read_content(const std::filesystem::path& file) {
  Connection connection(file);
  Content content;
  for (const auto& table : tables_with_key(connection)) {
    std::string list;
    for (const auto& column : table.key) list += as_name(column) + ", ";
    for (const auto& column : table.all) list += as_name(column) + ", ";
    list.resize(list.size() - 2);
    auto& rows = content[table.name];
    for (const auto& values :
         connection.query(fmt::format("SELECT {} FROM {}", list, as_name(table.name)))) {
      Cells cells;
      for (const auto& value : values) cells.push_back(cell_of(value.view()));
      const auto middle = cells.begin() + static_cast<std::ptrdiff_t>(table.key.size());
      rows.emplace(Cells(cells.begin(), middle), Cells(middle, cells.end()));
    }
  }
  return content;
}

std::string difference(const Content& expected, const Content& found) {
  if (expected.size() != found.size()) return "other tables";
  for (const auto& [table, rows] : expected) {
    const auto other = found.find(table);
    if (other == found.end()) return fmt::format("table {} is missing", table);
    for (const auto& [key, row] : rows) {
      const auto match = other->second.find(key);
      if (match == other->second.end()) {
        return fmt::format("{}: row {} is missing: {}", table, shown(key), shown(row));
      }
      if (match->second != row) {
        return fmt::format("{}: row {} is {} instead of {}", table, shown(key),
                           shown(match->second), shown(row));
      }
    }
    for (const auto& [key, row] : other->second) {
      if (!rows.contains(key)) {
        return fmt::format("{}: row {} should not be there: {}", table, shown(key), shown(row));
      }
    }
  }
  return "";
}

std::string integrity(const std::filesystem::path& file) {
  return Connection(file).text("PRAGMA integrity_check");
}

Recorder::Recorder(Connection& connection) {
  check(sqlite3session_create(connection.get(), "main", &session_), "session");
  for (const auto& table : tables_with_key(connection)) {
    // SQLite 3.40 cannot record tables with generated columns.
    const auto generated = connection.query("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden <> 0",
                                            {Value(ValueView::text(table.name))});
    if (generated.empty()) check(sqlite3session_attach(session_, table.name.c_str()), "attach");
  }
}

Recorder::~Recorder() { sqlite3session_delete(session_); }

std::string Recorder::changeset() {
  int size = 0;
  void* bytes = nullptr;
  check(sqlite3session_changeset(session_, &size, &bytes), "changeset");
  std::string changeset(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  return changeset;
}

std::string session_diff(const std::filesystem::path& base, const std::filesystem::path& modified) {
  Connection connection(modified);
  connection.run("ATTACH ? AS base", {Value(ValueView::text(base.native()))});
  sqlite3_session* session = nullptr;
  check(sqlite3session_create(connection.get(), "main", &session), "session");
  for (const auto& table : tables_with_key(connection)) {
    check(sqlite3session_attach(session, table.name.c_str()), "attach");
    check(sqlite3session_diff(session, "base", table.name.c_str(), nullptr), "diff");
  }
  int size = 0;
  void* bytes = nullptr;
  check(sqlite3session_changeset(session, &size, &bytes), "changeset");
  std::string changeset(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  sqlite3session_delete(session);
  return changeset;
}

namespace {

int note_conflict(void* context, int kind, sqlite3_changeset_iter* changes) {
  const char* table = nullptr;
  int columns = 0, operation = 0, is_indirect = 0;
  sqlite3changeset_op(changes, &table, &columns, &operation, &is_indirect);
  *static_cast<std::string*>(context) +=
      fmt::format("{}: operation {}, conflict {}; ", table, operation, kind);
  return SQLITE_CHANGESET_ABORT;
}

Cells read_side(sqlite3_changeset_iter* changes, int columns,
                int (*get)(sqlite3_changeset_iter*, int, sqlite3_value**)) {
  Cells cells;
  for (int i = 0; i < columns; ++i) {
    sqlite3_value* value = nullptr;
    check(get(changes, i, &value), "value");
    cells.push_back(value == nullptr ? "" : cell_of(value_of(value).view()));
  }
  return cells;
}

}  // namespace

std::string session_apply(const std::filesystem::path& target, std::string changeset) {
  Connection connection(target);
  std::string conflicts;
  const int code = sqlite3changeset_apply(connection.get(), static_cast<int>(changeset.size()),
                                          changeset.data(), nullptr, note_conflict, &conflicts);
  if (code == SQLITE_OK) return conflicts;
  return fmt::format("{} {}", sqlite3_errstr(code), conflicts);
}

DecodedChangeset decode(std::string changeset) {
  DecodedChangeset decoded;
  sqlite3_changeset_iter* changes = nullptr;
  check(sqlite3changeset_start(&changes, static_cast<int>(changeset.size()), changeset.data()),
        "start");
  while (sqlite3changeset_next(changes) == SQLITE_ROW) {
    const char* table = nullptr;
    int columns = 0, is_indirect = 0, key_count = 0;
    DecodedChange change;
    sqlite3changeset_op(changes, &table, &columns, &change.operation, &is_indirect);
    if (change.operation != SQLITE_INSERT) {
      change.old_values = read_side(changes, columns, sqlite3changeset_old);
    }
    if (change.operation != SQLITE_DELETE) {
      change.new_values = read_side(changes, columns, sqlite3changeset_new);
    }
    unsigned char* key = nullptr;
    sqlite3changeset_pk(changes, &key, &key_count);
    const auto& named = change.operation == SQLITE_INSERT ? change.new_values : change.old_values;
    Cells cells;
    for (int i = 0; i < key_count; ++i) {
      if (key[i] != 0) cells.push_back(named[static_cast<std::size_t>(i)]);
    }
    if (!decoded[table].emplace(cells, change).second) {
      sqlite3changeset_finalize(changes);
      throw std::runtime_error(fmt::format("{}: {} is named twice", table, shown(cells)));
    }
  }
  check(sqlite3changeset_finalize(changes), "the changeset cannot be read by SQLite");
  return decoded;
}

std::string difference(const DecodedChangeset& expected, const DecodedChangeset& found) {
  for (const auto& [table, changes] : expected) {
    const auto other = found.find(table);
    for (const auto& [key, change] : changes) {
      if (other == found.end() || !other->second.contains(key)) {
        return fmt::format("{}: change {} of {} is missing", table, change.operation, shown(key));
      }
      const auto& match = other->second.at(key);
      if (!(match == change)) {
        return fmt::format("{}: {}: {} {} -> {} instead of {} {} -> {}", table, shown(key),
                           match.operation, shown(match.old_values), shown(match.new_values),
                           change.operation, shown(change.old_values), shown(change.new_values));
      }
    }
  }
  for (const auto& [table, changes] : found) {
    const auto other = expected.find(table);
    for (const auto& [key, change] : changes) {
      if (other == expected.end() || !other->second.contains(key)) {
        return fmt::format("{}: change {} of {} should not be there: {} -> {}", table,
                           change.operation, shown(key), shown(change.old_values),
                           shown(change.new_values));
      }
    }
  }
  return "";
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

void copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(from, to, overwrite);
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    std::filesystem::remove(to.string() + suffix);
  }
  const std::string log = from.string() + "-wal";
  if (std::filesystem::exists(log)) {
    std::filesystem::copy_file(log, to.string() + "-wal", overwrite);
  }
}

}  // namespace qfcsync::oracle
