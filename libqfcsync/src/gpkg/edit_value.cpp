#include "gpkg/edit_value.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "gpkg/edit_iso_time.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace qfcsync::gpkg::edit {
namespace {

using Result = std::optional<SqlValue>;

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Result in_range(std::int64_t value, const Column& column) {
  if (value < column.min || value > column.max) return std::nullopt;
  return SqlValue(value);
}

Result rounded(double value, const Column& column) {
  const double nearest = std::round(value);
  if (!(std::abs(nearest) < 9.2e18)) return std::nullopt;
  return in_range(static_cast<std::int64_t>(nearest), column);
}

struct ToInteger {
  const Column& column;
  Result operator()(std::monostate) const { return SqlValue(); }
  Result operator()(bool value) const { return SqlValue(std::int64_t{value}); }
  Result operator()(std::int64_t value) const { return in_range(value, column); }
  Result operator()(double value) const { return rounded(value, column); }
  Result operator()(const JsonText&) const { return std::nullopt; }
  Result operator()(const std::string& text) const {
    if (trimmed(text).empty()) return SqlValue();
    if (const auto integer = parse_integer(text)) return in_range(*integer, column);
    const auto real = parse_real(text);
    return real ? rounded(*real, column) : std::nullopt;
  }
};

struct ToReal {
  Result operator()(std::monostate) const { return SqlValue(); }
  Result operator()(bool value) const { return SqlValue(value ? 1.0 : 0.0); }
  Result operator()(std::int64_t value) const { return SqlValue(static_cast<double>(value)); }
  Result operator()(double value) const { return SqlValue(value); }
  Result operator()(const JsonText&) const { return std::nullopt; }
  Result operator()(const std::string& text) const {
    if (trimmed(text).empty()) return SqlValue();
    const auto real = parse_real(text);
    if (!real) return std::nullopt;
    return SqlValue(*real);
  }
};

bool is_word(std::string_view text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return base::same_name(text, word); });
}

struct ToBoolean {
  Result operator()(std::monostate) const { return SqlValue(); }
  Result operator()(bool value) const { return SqlValue(std::int64_t{value}); }
  Result operator()(std::int64_t value) const { return SqlValue(std::int64_t{value != 0}); }
  Result operator()(double value) const { return SqlValue(std::int64_t{value != 0}); }
  Result operator()(const JsonText&) const { return std::nullopt; }
  Result operator()(const std::string& text) const {
    const std::string_view word = trimmed(text);
    if (word.empty()) return SqlValue();
    if (is_word(word, {"true", "t", "1", "yes"})) return SqlValue(std::int64_t{1});
    if (is_word(word, {"false", "f", "0", "no"})) return SqlValue(std::int64_t{0});
    return std::nullopt;
  }
};

struct ToText {
  Result operator()(std::monostate) const { return SqlValue(); }
  Result operator()(const JsonText& json) const { return SqlValue(json.text); }
  Result operator()(const std::string& text) const { return SqlValue(text); }
  template <typename T>
  Result operator()(T value) const {
    return SqlValue(key_text(AttributeValue(value)));
  }
};

struct ToBlob {
  Result operator()(std::monostate) const { return SqlValue(); }
  Result operator()(const std::string& text) const { return SqlValue(Blob{text}); }
  template <typename T>
  Result operator()(const T&) const {
    return std::nullopt;
  }
};

struct ToTime {
  ColumnKind kind;
  Result operator()(std::monostate) const { return SqlValue(); }
  Result operator()(const std::string& text) const {
    const std::string_view content = trimmed(text);
    if (content.empty()) return SqlValue();
    const auto time = parse_iso_time(content);
    if (!time) return std::nullopt;
    if (kind == ColumnKind::Date) return SqlValue(format_date(time->wall_ms));
    return SqlValue(format_date_time(time->utc_ms()));
  }
  template <typename T>
  Result operator()(const T&) const {
    return std::nullopt;
  }
};

struct FromColumn {
  ColumnKind kind;
  AttributeValue operator()(std::monostate) const { return {}; }
  AttributeValue operator()(std::int64_t value) const {
    if (kind == ColumnKind::Boolean) return value != 0;
    if (kind == ColumnKind::Real) return static_cast<double>(value);
    return value;
  }
  AttributeValue operator()(double value) const {
    if (kind == ColumnKind::Boolean) return value != 0;
    return value;
  }
  AttributeValue operator()(const std::string& text) const {
    // GDAL reads a boolean column as a number, whatever is in it: texts like 'False' are 0.
    if (kind == ColumnKind::Boolean) return parse_real(text).value_or(0) != 0;
    return base::to_valid_utf8(text);
  }
  AttributeValue operator()(const Blob& blob) const { return base::to_valid_utf8(blob.bytes); }
};

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  return parse_number<std::int64_t>(text);
}

std::optional<double> parse_real(std::string_view text) {
  const auto value = parse_number<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<SqlValue> to_column(const AttributeValue& value, const Column& column) {
  switch (column.kind) {
    case ColumnKind::Integer:
      return std::visit(ToInteger{column}, value);
    case ColumnKind::Real:
      return std::visit(ToReal{}, value);
    case ColumnKind::Boolean:
      return std::visit(ToBoolean{}, value);
    case ColumnKind::Text:
      return std::visit(ToText{}, value);
    case ColumnKind::Blob:
      return std::visit(ToBlob{}, value);
    case ColumnKind::Date:
    case ColumnKind::DateTime:
      return std::visit(ToTime{column.kind}, value);
  }
  return std::nullopt;
}

AttributeValue from_column(const SqlValue& value, const Column& column) {
  return std::visit(FromColumn{column.kind}, value);
}

}  // namespace qfcsync::gpkg::edit
