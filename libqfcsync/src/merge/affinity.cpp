#include "merge/affinity.hpp"

#include "base/text.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kMaxDecimalBytes = 20;           // of a 64-bit integer with its sign
constexpr double kIntegerEnd = 9223372036854775808.0;  // 2^63

ValueView whole(double number) {
  const bool is_whole =
      number > -kIntegerEnd && number < kIntegerEnd && std::trunc(number) == number;
  return is_whole ? ValueView::integer(static_cast<std::int64_t>(number)) : ValueView::real(number);
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";  // what SQLite skips
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// Whether it is digits with a sign, a point and an exponent; not what only from_chars knows, such
/// as "inf".
bool is_number(std::string_view text) {
  std::size_t digits = 0;
  const auto skip_digits = [&] {
    std::size_t count = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++count) {
      text.remove_prefix(1);
    }
    return count;
  };
  const auto skip = [&](std::string_view any) {
    const bool is_there = !text.empty() && any.find(text.front()) != std::string_view::npos;
    if (is_there) text.remove_prefix(1);
    return is_there;
  };
  skip("+-");
  digits = skip_digits();
  if (skip(".")) digits += skip_digits();
  if (digits == 0) return false;
  if (skip("eE")) {
    skip("+-");
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

ValueView number_of_text(ValueView value) {
  std::string_view text = without_blanks(value.bytes());
  if (!is_number(text)) return value;
  if (text.front() == '+') text.remove_prefix(1);
  if (const auto integer = parsed<std::int64_t>(text)) return ValueView::integer(*integer);
  const auto real = parsed<double>(text);
  return real ? whole(*real) : value;  // beyond all reals it is no reference either
}

/// The decimal text of an integer as that integer, so that both have one form.
ValueView integer_of_text(ValueView value) {
  const std::string_view text = value.bytes();
  if (text.empty() || text.size() > kMaxDecimalBytes) return value;
  const auto number = parsed<std::int64_t>(text);
  return number && std::to_string(*number) == text ? ValueView::integer(*number) : value;
}

}  // namespace

Affinity affinity_of(std::string_view type) {
  const std::string lower = base::lower_case(type);
  const auto has = [&](const char* part) { return lower.find(part) != std::string::npos; };
  if (has("int")) return Affinity::Numeric;
  if (has("char") || has("clob") || has("text")) return Affinity::Text;
  return has("blob") || lower.empty() ? Affinity::None : Affinity::Numeric;
}

ValueView comparable(ValueView value, Affinity affinity) {
  if (value.type() == ValueType::Real) {
    return affinity == Affinity::Text ? value : whole(value.as_real());
  }
  if (value.type() != ValueType::Text || affinity == Affinity::None) return value;
  return affinity == Affinity::Numeric ? number_of_text(value) : integer_of_text(value);
}

}  // namespace qfcsync::merge
