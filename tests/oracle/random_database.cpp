#include "random_database.hpp"

#include <array>
#include <bit>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::oracle {

namespace {

constexpr std::array<int, 8> kPageSizes = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
constexpr std::array<const char*, 7> kTableNames = {
    "t", "trees", "Weird \"name\"", "mapa_ž", "select", "gpkg_own", "rtree_own"};
constexpr std::array<const char*, 18> kTypes = {
    "INTEGER", "REAL",           "TEXT",     "BLOB",    "",        "NUMERIC",
    "POINT",   "VARCHAR(20)",    "DATETIME", "BOOLEAN", "DOUBLE",  "MEDIUMINT",
    "",        "FLOATING POINT", "DATE",     "CLOB",    "DECIMAL", "STRING"};
constexpr std::array<const char*, 2> kCollations = {"NOCASE", "RTRIM"};
constexpr std::array<const char*, 6> kDefaults = {"7", "-1.5", "'text'", "x'00ff'", "NULL", "3.0"};
constexpr std::array<std::int64_t, 14> kIntegers = {
    0,      1,       -1,         127,       -128,      128,          32767,
    -32769, 8388607, 2147483647, 1LL << 31, 1LL << 47, -(1LL << 62), INT64_MIN};
constexpr std::array<double, 8> kReals = {
    0.5, -0.5, 3.0, -7.0, 1e300, 5e-324, 140737488355328.0, 9007199254740993.0};
constexpr std::array<const char*, 9> kWords = {"",    "a",     "A",          "oak ", "oak",
                                               "Oak", "größe", "2026-11-24", "3.0"};

constexpr std::size_t kMaxRows = 120;
constexpr std::size_t kMaxEdits = 25;

std::string key_condition(const std::vector<std::string>& key) {
  std::string text;
  for (const auto& name : key) {
    text += (text.empty() ? "" : " AND ") + as_name(name) + " IS ?";
  }
  return text;
}

}  // namespace

RandomDatabase::RandomDatabase(std::uint64_t seed, const std::filesystem::path& base,
                               const RandomOptions& options)
    : random_(seed), options_(options) {
  Connection connection(base);
  set_layout(connection);
  const std::size_t count = 1 + random_.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    tables_.push_back(make_table(i));
    create(connection, tables_.back());
  }
  connection.execute("BEGIN");
  for (auto& table : tables_) {
    insert_rows(connection, table, random_.chance(10) ? 0 : random_.below(kMaxRows));
    if (random_.chance(30)) {
      add_column(connection, table);
      insert_rows(connection, table, random_.below(kMaxRows / 4 + 1));
    }
    if (random_.chance(40)) leave_gaps(connection, table);
  }
  connection.execute("COMMIT");
}

std::string RandomDatabase::random_type() {
  const std::string type = random_.pick(kTypes);
  const bool is_typed = !type.empty() && type != "BLOB";
  return options_.is_plain && (!is_typed || type == "DATETIME") ? "TEXT" : type;
}

void RandomDatabase::set_layout(Connection& connection) {
  page_size_ = random_.pick(kPageSizes);
  if (random_.chance(10)) {
    int reserved = static_cast<int>(random_.below(33));
    sqlite3_file_control(connection.get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  }
  connection.execute(fmt::format("PRAGMA page_size = {}", page_size_));
  connection.execute(fmt::format("PRAGMA auto_vacuum = {}", random_.below(3)));
  connection.execute(fmt::format("PRAGMA secure_delete = {}", random_.below(2)));
  if (random_.chance(8)) {
    traits_.is_utf16 = true;
    connection.execute(
        fmt::format("PRAGMA encoding = '{}'", random_.chance(50) ? "UTF-16le" : "UTF-16be"));
  }
}

RandomDatabase::Table RandomDatabase::make_table(std::size_t number) {
  Table table;
  table.name = fmt::format("{}{}", options_.is_plain ? "t" : random_.pick(kTableNames), number);
  if (random_.chance(25)) add_columns(table);  // the key need not come first
  add_key(table);
  add_columns(table);
  return table;
}

void RandomDatabase::add_key(Table& table) {
  const auto add = [&](std::string declaration, bool is_rowid) {
    Column column;
    column.name = fmt::format("k{}", table.columns.size());
    column.declaration = std::move(declaration);
    column.is_key = true;
    column.is_rowid = is_rowid;
    table.columns.push_back(column);
  };
  const std::size_t kind = random_.below(20);
  if (kind < 9) return add("INTEGER PRIMARY KEY", true);
  if (kind < 10) return add("INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", true);
  if (kind < 11) return add("INTEGER PRIMARY KEY DESC NOT NULL", false);
  if (kind < 12) return add("INT PRIMARY KEY NOT NULL", false);
  table.is_without_rowid = kind >= 16;
  if (kind == 19) return add("INTEGER PRIMARY KEY NOT NULL", false);
  const std::size_t parts = 1 + random_.below(3);
  for (std::size_t i = 0; i < parts; ++i) {
    std::string type = random_.pick(std::array{"TEXT", "INTEGER", "BLOB", "REAL"});
    if (type == "TEXT" && options_.with_collations && random_.chance(20)) {
      type += " COLLATE NOCASE";
      traits_.has_collation = traits_.has_key_collation = true;
    }
    add(type + " NOT NULL", false);
  }
}

void RandomDatabase::add_columns(Table& table) {
  const std::size_t count = random_.chance(5) ? 40 : random_.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    Column column;
    column.name = fmt::format("c{}", table.columns.size());
    std::string type = random_type();
    column.is_typed = !type.empty() && type != "BLOB";
    if (!column.is_typed) traits_.has_untyped = true;
    if (options_.with_collations && random_.chance(12)) {
      type += fmt::format(" COLLATE {}", random_.pick(kCollations));
      traits_.has_collation = true;
    }
    if (random_.chance(15)) type += fmt::format(" DEFAULT {}", random_.pick(kDefaults));
    if (options_.with_generated && random_.chance(6)) {
      type = fmt::format("INTEGER AS (length({})) {}",
                         table.columns.empty() ? "'x'" : as_name(table.columns.back().name),
                         random_.chance(50) ? "VIRTUAL" : "STORED");
      column.is_generated = traits_.has_generated = true;
    }
    column.declaration = type;
    table.columns.push_back(column);
  }
}

void RandomDatabase::create(Connection& connection, const Table& table) {
  std::string list, key;
  for (const auto& column : table.columns) {
    const bool is_real =
        column.declaration.starts_with("REAL") || column.declaration.starts_with("DOUBLE");
    if (is_real && (column.is_key || table.is_without_rowid)) traits_.is_misrecorded = true;
    list += (list.empty() ? "" : ", ") + as_name(column.name) + " " + column.declaration;
    if (column.is_key && column.declaration.find("PRIMARY") == std::string::npos) {
      // Not always in the order of the columns.
      key = random_.chance(60) || key.empty() ? key + (key.empty() ? "" : ", ") + column.name
                                              : column.name + ", " + key;
    }
  }
  if (!key.empty()) list += ", PRIMARY KEY (" + key + ")";
  schema_.push_back(fmt::format("CREATE TABLE {} ({}){}", as_name(table.name), list,
                                table.is_without_rowid ? " WITHOUT ROWID" : ""));
  for (const auto& column : table.columns) {
    if (column.is_key || column.is_generated || !random_.chance(10)) continue;
    const bool is_unique = options_.with_unique && random_.chance(40);
    traits_.has_unique |= is_unique;
    schema_.push_back(fmt::format("CREATE {} INDEX {} ON {} ({})", is_unique ? "UNIQUE" : "",
                                  as_name(table.name + column.name), as_name(table.name),
                                  column.name));
  }
  for (std::size_t i = 0; i < schema_.size(); ++i) {
    if (schema_[i].find(as_name(table.name)) != std::string::npos) connection.execute(schema_[i]);
  }
}

void RandomDatabase::add_column(Connection& connection, Table& table) {
  Column column;
  column.name = fmt::format("c{}", table.columns.size());
  std::string type = random_type();
  column.is_typed = !type.empty() && type != "BLOB";
  if (!column.is_typed) traits_.has_untyped = true;
  column.declaration = fmt::format("{} DEFAULT {}", type, random_.pick(kDefaults));
  table.columns.push_back(column);
  traits_.is_misrecorded = true;
  schema_.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", as_name(table.name), column.name,
                                column.declaration));
  connection.execute(schema_.back());
}

/// Deletes about a third, so that there are free pages and blocks.
void RandomDatabase::leave_gaps(Connection& connection, const Table& table) {
  for (const auto& column : table.columns) {
    if (!column.is_key) continue;
    const std::string key = as_name(column.name);
    return connection.execute(
        fmt::format("DELETE FROM {} WHERE (length(quote({})) + abs(CAST({} AS INTEGER) % 1000)) % "
                    "3 = 0",
                    as_name(table.name), key, key));
  }
}

void RandomDatabase::insert_rows(Connection& connection, const Table& table, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) insert_row(connection, table);
}

void RandomDatabase::insert_row(Connection& connection, const Table& table) {
  std::string names, places;
  std::vector<Value> values;
  for (const auto& column : table.columns) {
    if (column.is_generated || (!column.is_key && random_.chance(10))) continue;
    names += (names.empty() ? "" : ", ") + as_name(column.name);
    places += places.empty() ? "?" : ", ?";
    const bool is_next = column.is_rowid && random_.chance(80);
    values.push_back(is_next ? Value(ValueView::null()) : random_value(column.is_key));
  }
  connection.run(
      fmt::format("INSERT OR IGNORE INTO {} ({}) VALUES ({})", as_name(table.name), names, places),
      values);
}

std::size_t RandomDatabase::random_size() {
  const auto page = static_cast<std::size_t>(page_size_);
  const std::size_t kind = random_.below(100);
  if (kind < 85) return random_.below(40);
  if (kind < 95 || page > 16384) return random_.below(600);
  return random_.below(3 * page);
}

Value RandomDatabase::random_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += static_cast<char>('a' + random_.below(26));
  if (size > 2 && random_.chance(10) && !options_.is_plain) text[size / 2] = '\0';
  return Value(ValueView::text(text));
}

Value RandomDatabase::random_value(bool is_key) {
  switch (random_.below(is_key ? 5 : 8)) {
    case 0:
      return Value(ValueView::integer(static_cast<std::int64_t>(random_.below(1000))));
    case 1:
      return Value(ValueView::integer(options_.is_plain ? kIntegers[random_.below(9)]
                                                        : random_.pick(kIntegers)));
    case 2:
      return Value(ValueView::real(random_.pick(kReals)));
    case 3:
      return Value(ValueView::text(random_.pick(kWords)));
    case 4:
      return random_text(is_key ? random_.below(12) : random_size());
    case 5:
      return Value(ValueView::null());
    case 6: {
      std::string bytes(random_size(), '\0');
      for (auto& byte : bytes) byte = static_cast<char>(random_.bits());
      return Value(ValueView::blob(bytes));
    }
    default:
      return Value(ValueView::real(static_cast<double>(random_.below(1000)) / 8));
  }
}

/// Nearly the same value: what careless comparison takes for equal.
Value RandomDatabase::tweaked(const Value& value) {
  const ValueView view = value.view();
  std::string bytes(view.bytes());
  switch (view.type()) {
    case ValueType::Integer:
      return Value(ValueView::real(static_cast<double>(view.as_integer())));
    case ValueType::Real: {
      // The next one.
      return Value(
          ValueView::real(std::bit_cast<double>(std::bit_cast<std::uint64_t>(view.as_real()) + 1)));
    }
    case ValueType::Text:
      if (random_.chance(25)) return Value(ValueView::text(bytes + " "));
      for (std::size_t i = bytes.size(); i-- > 0;) {  // the case of one letter, near the end
        if ((bytes[i] >= 'a' && bytes[i] <= 'z') || (bytes[i] >= 'A' && bytes[i] <= 'Z')) {
          bytes[i] = static_cast<char>(bytes[i] ^ 0x20);
          if (random_.chance(70)) break;
        }
      }
      return Value(ValueView::text(bytes));
    case ValueType::Blob:
      if (bytes.empty()) return Value(ValueView::null());
      bytes[bytes.size() - 1 - random_.below(std::min<std::size_t>(bytes.size(), 20))] ^= 1;
      return Value(ValueView::blob(bytes));
    default:
      return Value(ValueView::text(""));
  }
}

std::string RandomDatabase::edit(const std::filesystem::path& from,
                                 const std::filesystem::path& to) {
  copy_database(from, to);
  Connection connection(to);
  connection.text("PRAGMA auto_vacuum");
  const bool is_pending = random_.chance(7);
  if (is_pending) {
    traits_.is_pending = true;
    connection.text("PRAGMA journal_mode = WAL");
    connection.text("PRAGMA wal_autocheckpoint = 0");
  }
  connection.execute(fmt::format("PRAGMA secure_delete = {}", random_.below(2)));
  std::string recorded;
  {
    Recorder recorder(connection);
    connection.execute("BEGIN");
    for (const auto& table : tables_) edit_table(connection, table);
    connection.execute("COMMIT");
    recorded = recorder.changeset();
  }
  if (!is_pending) {
    change_layout(connection);
    return recorded;
  }
  const std::filesystem::path killed = to.string() + ".killed";
  copy_database(to, killed);
  connection.text("PRAGMA journal_mode = DELETE");
  copy_database(killed, to);
  return recorded;
}

void RandomDatabase::edit_table(Connection& connection, const Table& table) {
  if (random_.chance(15)) return;
  if (random_.chance(3)) return connection.execute("DELETE FROM " + as_name(table.name));
  std::string key;
  for (const auto& column : table.columns) {
    if (column.is_key) key += (key.empty() ? "" : ", ") + as_name(column.name);
  }
  const auto keys = connection.query(fmt::format("SELECT {} FROM {}", key, as_name(table.name)));
  const std::size_t count = random_.below(kMaxEdits);
  for (std::size_t i = 0; i < count; ++i) {
    if (keys.empty() || random_.chance(20)) {
      insert_row(connection, table);
    } else {
      edit_row(connection, table, random_.pick(keys));
    }
  }
}

void RandomDatabase::edit_row(Connection& connection, const Table& table,
                              const std::vector<Value>& key) {
  std::vector<std::string> key_names;
  for (const auto& column : table.columns) {
    if (column.is_key) key_names.push_back(column.name);
  }
  const std::size_t kind = random_.below(100);
  if (kind < 15) {
    connection.run(
        fmt::format("DELETE FROM {} WHERE {}", as_name(table.name), key_condition(key_names)), key);
    return;
  }
  if (kind < 22) return reinsert_row(connection, table, key);
  const Column& column = random_.pick(table.columns);
  if (column.is_generated || (column.is_key && kind < 85)) return;
  if (kind >= 60) return update_cell(connection, table, column, key, random_value(column.is_key));
  const auto found =
      connection.query(fmt::format("SELECT {} FROM {} WHERE {}", as_name(column.name),
                                   as_name(table.name), key_condition(key_names)),
                       key);
  if (!found.empty()) update_cell(connection, table, column, key, tweaked(found[0][0]));
}

void RandomDatabase::update_cell(Connection& connection, const Table& table, const Column& column,
                                 const std::vector<Value>& key, const Value& value) {
  std::vector<std::string> key_names;
  for (const auto& other : table.columns) {
    if (other.is_key) key_names.push_back(other.name);
  }
  std::vector<Value> arguments = {value};
  arguments.insert(arguments.end(), key.begin(), key.end());
  connection.run(fmt::format("UPDATE OR IGNORE {} SET {} = ? WHERE {}", as_name(table.name),
                             as_name(column.name), key_condition(key_names)),
                 arguments);
}

/// Takes a row out and puts it back, perhaps with one other value.
void RandomDatabase::reinsert_row(Connection& connection, const Table& table,
                                  const std::vector<Value>& key) {
  std::string names, places;
  std::vector<std::string> key_names;
  for (const auto& column : table.columns) {
    if (column.is_key) key_names.push_back(column.name);
    if (column.is_generated) continue;
    names += (names.empty() ? "" : ", ") + as_name(column.name);
    places += places.empty() ? "?" : ", ?";
  }
  auto rows = connection.query(fmt::format("SELECT {} FROM {} WHERE {}", names, as_name(table.name),
                                           key_condition(key_names)),
                               key);
  if (rows.empty()) return;
  connection.run(
      fmt::format("DELETE FROM {} WHERE {}", as_name(table.name), key_condition(key_names)), key);
  connection.run(
      fmt::format("INSERT OR IGNORE INTO {} ({}) VALUES ({})", as_name(table.name), names, places),
      rows[0]);
}

void RandomDatabase::change_layout(Connection& connection) {
  const std::size_t kind = random_.below(100);
  if (kind < 15) connection.execute("VACUUM");
  if (kind >= 15 && kind < 25) {
    connection.execute(fmt::format("PRAGMA page_size = {}", random_.pick(kPageSizes)));
    connection.execute(fmt::format("PRAGMA auto_vacuum = {}", random_.below(3)));
    connection.execute("VACUUM");
  }
  if (kind >= 25 && kind < 35) connection.execute("PRAGMA incremental_vacuum(3)");
}

}  // namespace qfcsync::oracle
