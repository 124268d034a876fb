#include "extract/raw_layout.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "extract/own_database.hpp"
#include "gpkg/edit_statement.hpp"
#include "gpkg/pragma.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

using gpkg::edit::Statement;

// Values of "hidden" in table_xinfo.
constexpr std::int64_t kOrdinary = 0;
constexpr std::int64_t kVirtualGenerated = 2;  // not stored

/// A database in memory that is asked what SQLite reads from rows that are older than a column.
class Scratchpad {
 public:
  /// @param encoding  that of the database whose columns are asked about
  explicit Scratchpad(const std::string& encoding) {
    gpkg::edit::execute(handle(), fmt::format("PRAGMA encoding='{}'", encoding).c_str());
  }

  /// A default that SQLite does not take for a table with rows stands in no row that is too short.
  Value missing_value(const std::string& type, const std::string& default_sql) {
    if (auto value = added_value(type, default_sql)) return *value;
    return added_value(type, "(" + default_sql + ")").value_or(Value(ValueView::null()));
  }

 private:
  /// ALTER TABLE computes nothing but literals, so that a stranger's SQL may come here.
  std::optional<Value> added_value(const std::string& type, const std::string& default_sql) {
    constexpr const char* kOldRow =
        "DROP TABLE IF EXISTS t; CREATE TABLE t(x); INSERT INTO t VALUES(0)";
    gpkg::edit::execute(handle(), kOldRow);
    const std::string declared = type.empty() ? std::string() : gpkg::edit::sql_name(type);
    try {
      Statement alter(
          handle(), fmt::format("ALTER TABLE t ADD COLUMN a {} DEFAULT {}", declared, default_sql));
      alter.run();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::SchemaMismatch) return std::nullopt;
      throw;
    }
    return read_value();
  }

  /// Texts as bytes in the encoding of the database.
  Value read_value() {
    Statement statement(handle(), "SELECT a, CAST(a AS BLOB) FROM t");
    statement.step();
    const ValueView value = statement.column_view(0);
    if (value.type() != ValueType::Text) return Value(value);
    return Value(ValueView::text(statement.column_view(1).bytes()));
  }

  sqlite3* handle() const { return database_.handle(); }

  OwnDatabase database_{OwnDatabase::Place::Memory};
};

/// By SQLite's rule: the parts of a type's name that stand for other affinities go before.
bool has_real_affinity(const std::string& type) {
  const std::string name = base::lower_case(type);
  const auto contains = [&](const char* part) { return name.find(part) != std::string::npos; };
  constexpr std::array kOthers = {"int", "char", "clob", "text", "blob"};
  constexpr std::array kReals = {"real", "floa", "doub"};
  return std::none_of(kOthers.begin(), kOthers.end(), contains) &&
         std::any_of(kReals.begin(), kReals.end(), contains);
}

std::string encoding_of(sqlite3* database) {
  Statement statement(database, "PRAGMA main.encoding");
  statement.step();
  return statement.column_text(0);
}

bool is_strict(sqlite3* database, const std::string& table) {
  Statement statement(database, gpkg::pragma("table_list", table));
  return statement.step() && statement.column_int(gpkg::table_list::kStrict) != 0;
}

bool is_any(const ColumnSchema& column) { return base::lower_case(column.type) == "any"; }

/// ANY means "as it comes" in STRICT tables, and numeric elsewhere.
std::string stored_type(sqlite3* database, const TableSchema& table, const ColumnSchema& column) {
  // Asked only where it matters: SQLite looks through all tables for the answer.
  return is_any(column) && is_strict(database, table.name) ? std::string() : column.type;
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
  std::optional<Scratchpad> pad;  // only where there are defaults: it costs more than the rest
  Statement statement(database, gpkg::pragma("table_xinfo", table.name));
  std::size_t field = 0;
  while (statement.step()) {
    const std::int64_t hidden = statement.column_int(gpkg::table_xinfo::kHidden);
    if (hidden == kOrdinary) {
      const ColumnSchema& column = table.columns.at(layout.columns.size());
      const std::string type = stored_type(database, table, column);
      Value missing(ValueView::null());
      if (column.default_sql) {
        if (!pad) pad.emplace(encoding_of(database));
        missing = pad->missing_value(type, *column.default_sql);
      }
      layout.columns.push_back({field, table.has_integer_key && column.key > 0,
                                has_real_affinity(type), std::move(missing)});
    }
    if (hidden != kVirtualGenerated) ++field;
  }
  return layout;
}

}  // namespace qfcsync::extraction
