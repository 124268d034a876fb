#include "extract/raw_layout.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/edit_statement.hpp"

#include <limits>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

using gpkg::edit::Statement;

// Values of "hidden" in table_xinfo.
constexpr std::int64_t kOrdinary = 0;
constexpr std::int64_t kVirtualGenerated = 2;  // not stored

struct ToValue {
  Value operator()(std::monostate) const { return Value(ValueView::null()); }
  Value operator()(std::int64_t number) const { return Value(ValueView::integer(number)); }
  Value operator()(double number) const { return Value(ValueView::real(number)); }
  Value operator()(const std::string& text) const { return Value(ValueView::text(text)); }
  Value operator()(const gpkg::edit::Blob& blob) const {
    return Value(ValueView::blob(blob.bytes));
  }
};

/// A database in memory that is asked what SQLite reads from rows that are older than a column.
class Scratchpad {
 public:
  Scratchpad() {
    if (sqlite3_open_v2(":memory:", &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK) {
      sqlite3_close_v2(handle_);
      throw std::bad_alloc();
    }
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  }
  ~Scratchpad() { sqlite3_close_v2(handle_); }
  Scratchpad(const Scratchpad&) = delete;
  Scratchpad& operator=(const Scratchpad&) = delete;

  bool has_real_affinity(const std::string& type) {
    const std::optional<Value> value = added_value(type, "1");
    return value && value->type() == ValueType::Real;
  }

  /// A default that SQLite does not take for a table with rows stands in no row that is too short.
  Value missing_value(const std::string& type, const std::optional<std::string>& default_sql) {
    if (!default_sql) return Value(ValueView::null());
    if (auto value = added_value(type, *default_sql)) return *value;
    return added_value(type, "(" + *default_sql + ")").value_or(Value(ValueView::null()));
  }

 private:
  /// ALTER TABLE computes nothing but literals, so that a stranger's SQL may come here.
  std::optional<Value> added_value(const std::string& type, const std::string& default_sql) {
    constexpr const char* kOldRow =
        "DROP TABLE IF EXISTS t; CREATE TABLE t(x); INSERT INTO t VALUES(0)";
    gpkg::edit::execute(handle_, kOldRow);
    const std::string declared = type.empty() ? std::string() : gpkg::edit::sql_name(type);
    try {
      Statement alter(
          handle_, fmt::format("ALTER TABLE t ADD COLUMN a {} DEFAULT {}", declared, default_sql));
      alter.run();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::SchemaMismatch) return std::nullopt;
      throw;
    }
    Statement statement(handle_, "SELECT a FROM t");
    if (!statement.step()) return std::nullopt;
    return std::visit(ToValue{}, statement.column(0));
  }

  sqlite3* handle_ = nullptr;
};

bool is_strict(sqlite3* database, const std::string& table) {
  Statement statement(database,
                      "SELECT strict FROM pragma_table_list WHERE schema='main' AND name = ?1");
  statement.bind_text(1, table);
  return statement.step() && statement.column_int(0) != 0;
}

/// ANY means "as it comes" in STRICT tables, and numeric elsewhere.
std::string stored_type(const ColumnSchema& column, bool is_strict_table) {
  return is_strict_table && base::lower_case(column.type) == "any" ? std::string() : column.type;
}

std::uint32_t read_root(sqlite3* database, const std::string& table) {
  Statement statement(database,
                      "SELECT rootpage FROM sqlite_schema WHERE type='table' AND name = ?1");
  statement.bind_text(1, table);
  const std::int64_t root = statement.step() ? statement.column_int(0) : 0;
  if (root <= 0 || root > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::Corrupt, fmt::format("table {} has no root page", table));
  }
  return static_cast<std::uint32_t>(root);
}

}  // namespace

RawLayout read_layout(sqlite3* database, const TableSchema& table) {
  RawLayout layout;
  layout.root = read_root(database, table.name);
  Scratchpad pad;
  const bool strict = is_strict(database, table.name);
  Statement statement(database, "SELECT name, hidden FROM pragma_table_xinfo(?1) ORDER BY cid");
  statement.bind_text(1, table.name);
  std::size_t field = 0;
  while (statement.step()) {
    const std::int64_t hidden = statement.column_int(1);
    if (hidden == kOrdinary) {
      const ColumnSchema& column = table.columns.at(layout.columns.size());
      const std::string type = stored_type(column, strict);
      layout.columns.push_back({field, table.has_integer_key && column.key > 0,
                                pad.has_real_affinity(type),
                                pad.missing_value(type, column.default_sql)});
    }
    if (hidden != kVirtualGenerated) ++field;
  }
  return layout;
}

}  // namespace qfcsync::extraction
