#pragma once

#include <qfcsync/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace qfcsync::gpkg::edit {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

/// A value as SQLite stores it; monostate is NULL.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

inline bool is_null(const SqlValue& value) { return std::holds_alternative<std::monostate>(value); }

/// Name in double quotes, for SQL text.
std::string sql_name(std::string_view identifier);

/// Throws what SQLite says about the last call.
///
/// @errors Busy, Io, Corrupt: the file; LimitExceeded: too much work (see Connection);
///         SchemaMismatch: the row or the SQL, e.g. a violated constraint, with the bare message
[[noreturn]] void throw_sqlite(sqlite3* database, std::string_view what);

/// Runs SQL without result. @errors as throw_sqlite
void execute(sqlite3* database, const char* sql);

/// A prepared statement. Texts and blobs are bound by reference: they must live until reset().
class Statement {
 public:
  /// @errors as throw_sqlite; SchemaMismatch also when the text is not exactly one statement
  Statement(sqlite3* database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, const SqlValue& value);
  Statement& bind(int index, SqlValue&& value) = delete;  // would be gone before step()
  Statement& bind_text(int index, std::string_view text);
  Statement& bind_int(int index, std::int64_t value);
  Statement& bind_real(int index, double value);
  Statement& bind_view(int index, ValueView value);
  /// @param bytes  a text in UTF-16
  Statement& bind_utf16(int index, std::string_view bytes, bool is_little_endian);

  /// @return true when there is a row. @errors as throw_sqlite
  bool step();
  /// Steps once and resets, whatever happens.
  void run();
  void reset() noexcept;

  SqlValue column(int index) const;
  /// Without a copy; texts as UTF-8. Valid until the next step.
  ValueView column_view(int index) const;
  std::int64_t column_int(int index) const;
  std::string column_text(int index) const;
  bool reads_only() const;

  /// For what this class has no words for.
  sqlite3_stmt* handle() const { return handle_; }

 private:
  sqlite3* database_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Resets a statement at the end of a scope.
class StatementUse {
 public:
  explicit StatementUse(Statement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.reset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  Statement& statement_;
};

}  // namespace qfcsync::gpkg::edit
