#include "merge/stand_in.hpp"

#include "base/digest.hpp"
#include "changeset/codec.hpp"

#include <algorithm>
#include <charconv>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kTextMarkDigits = 6;
constexpr std::size_t kNumberMarkDigits = 12;  // stays far below 2^53, which JSON readers need

std::string ending(std::string_view mark) {
  return "~" + std::string(mark.substr(0, kTextMarkDigits));
}

Value marked(ValueView value, std::string_view mark) {
  if (value.type() == ValueType::Text) {
    const std::string text = std::string(value.bytes()) + ending(mark);
    return Value(ValueView::text(text));
  }
  std::int64_t number = 0;
  std::from_chars(mark.data(), mark.data() + kNumberMarkDigits, number, 16);
  if (value.type() == ValueType::Integer) return Value(ValueView::integer(-1 - number));
  return Value(ValueView::real(-1.0 - static_cast<double>(number)));
}

}  // namespace

std::optional<std::pair<std::size_t, Value>> choose_stand_in(std::span<const StandInColumn> columns,
                                                             std::string_view mark) {
  const auto first = [&](auto&& fits) {
    const auto found = std::find_if(columns.begin(), columns.end(), fits);
    return found == columns.end() ? nullptr : &*found;
  };
  const auto is_free = [](const StandInColumn& at) { return !at.is_reference && !at.is_key; };
  if (const auto* at = first([&](const auto& c) { return is_free(c) && c.is_nullable; })) {
    return std::pair(at->column, Value(ValueView::null()));
  }
  for (const ValueType type : {ValueType::Text, ValueType::Integer, ValueType::Real}) {
    const auto* at = first([&](const auto& c) { return is_free(c) && c.value.type() == type; });
    if (at != nullptr) return std::pair(at->column, marked(at->value, mark));
  }
  if (const auto* at = first([](const auto& c) { return !c.is_key && c.is_nullable; })) {
    return std::pair(at->column, Value(ValueView::null()));
  }
  return std::nullopt;
}

bool is_stand_in(ValueView value, std::string_view mark) {
  if (value.type() == ValueType::Text) return value.bytes().ends_with(ending(mark));
  const bool is_number = value.type() == ValueType::Integer || value.type() == ValueType::Real;
  return is_number && marked(value, mark).view() == value;
}

std::string row_mark(const std::string& table, std::span<const ValueView> key) {
  std::string name = table + '\0';
  for (const ValueView value : key) changeset::append_value(value, name);
  return base::sha256_hex(name);
}

}  // namespace qfcsync::merge
