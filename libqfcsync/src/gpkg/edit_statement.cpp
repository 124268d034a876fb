#include "gpkg/edit_statement.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <cctype>
#include <new>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::gpkg::edit {
namespace {

ErrorCode code_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::Busy;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
      return ErrorCode::Io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::Corrupt;
    case SQLITE_INTERRUPT:
      return ErrorCode::LimitExceeded;
    default:
      return ErrorCode::SchemaMismatch;
  }
}

struct Binder {
  sqlite3_stmt* handle;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(handle, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(handle, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(handle, index, value); }
  int operator()(const std::string& text) const {
    return sqlite3_bind_text64(handle, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(const Blob& blob) const {
    return sqlite3_bind_blob64(handle, index, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC);
  }
};

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isspace(c) != 0 || c == ';'; });
}

}  // namespace

std::string sql_name(std::string_view identifier) {
  std::string out = "\"";
  for (const char c : identifier) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void throw_sqlite(sqlite3* database, std::string_view what) {
  const int extended = sqlite3_extended_errcode(database);
  const int primary = extended & 0xff;
  if (primary == SQLITE_NOMEM) throw std::bad_alloc();
  const ErrorCode code = code_of(primary);
  const char* message = sqlite3_errmsg(database);
  throw Error(code,
              code == ErrorCode::SchemaMismatch ? message : fmt::format("{}: {}", what, message),
              ErrorOrigin::Sqlite, extended);
}

void execute(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_sqlite(database, sql);
  }
}

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
  const char* tail = nullptr;
  const int result = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle_, &tail);
  if (result != SQLITE_OK) throw_sqlite(database, "cannot prepare a statement");
  const auto rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (handle_ == nullptr || !is_blank(rest)) {
    sqlite3_finalize(handle_);
    throw Error(ErrorCode::SchemaMismatch, "not exactly one SQL statement", ErrorOrigin::Sqlite);
  }
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int index, const SqlValue& value) {
  if (std::visit(Binder{handle_, index}, value) != SQLITE_OK) {
    throw_sqlite(database_, "cannot bind a value");
  }
  return *this;
}

Statement& Statement::bind_text(int index, std::string_view text) {
  if (sqlite3_bind_text64(handle_, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) !=
      SQLITE_OK) {
    throw_sqlite(database_, "cannot bind a text");
  }
  return *this;
}

Statement& Statement::bind_int(int index, std::int64_t value) {
  if (sqlite3_bind_int64(handle_, index, value) != SQLITE_OK) {
    throw_sqlite(database_, "cannot bind a number");
  }
  return *this;
}

Statement& Statement::bind_real(int index, double value) {
  if (sqlite3_bind_double(handle_, index, value) != SQLITE_OK) {
    throw_sqlite(database_, "cannot bind a number");
  }
  return *this;
}

Statement& Statement::bind_view(int index, ValueView value) {
  switch (value.type()) {
    case ValueType::Integer:
      return bind_int(index, value.as_integer());
    case ValueType::Real:
      return bind_real(index, value.as_real());
    case ValueType::Text:
      return bind_text(index, value.bytes().data() == nullptr ? "" : value.bytes());
    case ValueType::Blob: {
      const std::string_view bytes = value.bytes().data() == nullptr ? "" : value.bytes();
      if (sqlite3_bind_blob64(handle_, index, bytes.data(), bytes.size(), SQLITE_STATIC) !=
          SQLITE_OK) {
        throw_sqlite(database_, "cannot bind a blob");
      }
      return *this;
    }
    default:
      if (sqlite3_bind_null(handle_, index) != SQLITE_OK) {
        throw_sqlite(database_, "cannot bind NULL");
      }
      return *this;
  }
}

Statement& Statement::bind_utf16(int index, std::string_view bytes, bool is_little_endian) {
  const unsigned char encoding = is_little_endian ? SQLITE_UTF16LE : SQLITE_UTF16BE;
  if (sqlite3_bind_text64(handle_, index, bytes.data(), bytes.size(), SQLITE_STATIC, encoding) !=
      SQLITE_OK) {
    throw_sqlite(database_, "cannot bind a text");
  }
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(handle_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  throw_sqlite(database_, "cannot work on the GeoPackage");
}

void Statement::run() {
  const StatementUse use(*this);
  step();
}

void Statement::reset() noexcept {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

SqlValue Statement::column(int index) const {
  switch (sqlite3_column_type(handle_, index)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(handle_, index);
    case SQLITE_FLOAT:
      return sqlite3_column_double(handle_, index);
    case SQLITE_TEXT:
      return column_text(index);
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, index));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, index));
      return Blob{size == 0 ? std::string() : std::string(bytes, size)};
    }
    default:
      return {};
  }
}

ValueView Statement::column_view(int index) const {
  const auto view = [&](const void* bytes) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, index));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
  };
  switch (sqlite3_column_type(handle_, index)) {
    case SQLITE_INTEGER:
      return ValueView::integer(sqlite3_column_int64(handle_, index));
    case SQLITE_FLOAT:
      return ValueView::real(sqlite3_column_double(handle_, index));
    case SQLITE_TEXT:
      return ValueView::text(view(sqlite3_column_text(handle_, index)));
    case SQLITE_BLOB:
      return ValueView::blob(view(sqlite3_column_blob(handle_, index)));
    default:
      return ValueView::null();
  }
}

std::int64_t Statement::column_int(int index) const { return sqlite3_column_int64(handle_, index); }

std::string Statement::column_text(int index) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, index));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, index))};
}

bool Statement::reads_only() const { return sqlite3_stmt_readonly(handle_) != 0; }

}  // namespace qfcsync::gpkg::edit
