#include "apply/cell.hpp"

#include <qfcsync/error.hpp>

#include <cstdint>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::apply {
namespace {

constexpr std::size_t kMaxTextShown = 60;

int bind(sqlite3_stmt* statement, int index, const ValueView& value) {
  // A null pointer would bind NULL where an empty value is meant.
  const char* bytes = value.bytes().empty() ? "" : value.bytes().data();
  switch (value.type()) {
    case ValueType::Integer:
      return sqlite3_bind_int64(statement, index, value.as_integer());
    case ValueType::Real:
      return sqlite3_bind_double(statement, index, value.as_real());
    case ValueType::Text:
      return sqlite3_bind_text64(statement, index, bytes, value.bytes().size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    case ValueType::Blob:
      return sqlite3_bind_blob64(statement, index, bytes, value.bytes().size(), SQLITE_STATIC);
    default:
      return sqlite3_bind_null(statement, index);
  }
}

std::string_view shown(std::string_view text) {
  if (text.size() <= kMaxTextShown) return text;
  std::size_t end = kMaxTextShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

bool try_bind_cell(sqlite3_stmt* statement, int index, const ValueView& value) {
  const int result = bind(statement, index, value);
  if (result == SQLITE_TOOBIG) return false;
  if (result != SQLITE_OK) throw std::bad_alloc();  // the index is ours: memory is missing
  return true;
}

void bind_cell(sqlite3_stmt* statement, int index, const ValueView& value) {
  if (try_bind_cell(statement, index, value)) return;
  throw Error(ErrorCode::LimitExceeded,
              fmt::format("a value of {} bytes is larger than SQLite takes", value.bytes().size()),
              ErrorOrigin::Sqlite, SQLITE_TOOBIG);
}

ValueView read_cell(sqlite3_stmt* statement, int index) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return ValueView::integer(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return ValueView::real(sqlite3_column_double(statement, index));
    case SQLITE_TEXT:
      return ValueView::text(bytes(sqlite3_column_text(statement, index)));
    case SQLITE_BLOB:
      return ValueView::blob(bytes(sqlite3_column_blob(statement, index)));
    default:
      return ValueView::null();
  }
}

void append_cell(std::string& out, const ValueView& value) {
  out += static_cast<char>(value.type());
  std::uint64_t number = value.bytes().size();
  if (value.type() == ValueType::Integer) {
    number = static_cast<std::uint64_t>(value.as_integer());
  } else if (value.type() == ValueType::Real) {
    number = std::bit_cast<std::uint64_t>(value.as_real());
  } else if (value.type() != ValueType::Text && value.type() != ValueType::Blob) {
    return;
  }
  char head[sizeof number];
  std::memcpy(head, &number, sizeof number);
  out.append(head, sizeof head).append(value.bytes());
}

ValueView take_cell(std::string_view& bytes) {
  const auto type = static_cast<ValueType>(bytes.front());
  bytes.remove_prefix(1);
  if (type == ValueType::Null) return ValueView::null();
  if (type == ValueType::Undefined) return {};
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  if (type == ValueType::Integer) return ValueView::integer(static_cast<std::int64_t>(number));
  if (type == ValueType::Real) return ValueView::real(std::bit_cast<double>(number));
  const std::string_view body = bytes.substr(0, number);
  bytes.remove_prefix(number);
  return type == ValueType::Text ? ValueView::text(body) : ValueView::blob(body);
}

std::string cell_text(const ValueView& value) {
  switch (value.type()) {
    case ValueType::Integer:
      return fmt::format("{}", value.as_integer());
    case ValueType::Real:
      return fmt::format("{}", value.as_real());
    case ValueType::Text: {
      const std::string_view text = shown(value.bytes());
      return fmt::format("'{}'{}", text, text.size() < value.bytes().size() ? "…" : "");
    }
    case ValueType::Blob:
      return fmt::format("a blob of {} bytes", value.bytes().size());
    case ValueType::Null:
      return "NULL";
    default:
      return "nothing";
  }
}

}  // namespace qfcsync::apply
