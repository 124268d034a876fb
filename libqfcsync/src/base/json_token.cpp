#include "base/json_token.hpp"

namespace qfcsync::base {
namespace {

constexpr int kHexDigits = 4;

bool is_digit(int c) { return c >= '0' && c <= '9'; }
bool is_low_surrogate(unsigned code) { return code >= 0xdc00 && code <= 0xdfff; }
bool is_high_surrogate(unsigned code) { return code >= 0xd800 && code <= 0xdbff; }

int hex_digit(int c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<JsonKind> json_kind(int first_byte) noexcept {
  switch (first_byte) {
    case '{':
      return JsonKind::Object;
    case '[':
      return JsonKind::Array;
    case '"':
      return JsonKind::String;
    case 't':
    case 'f':
      return JsonKind::Bool;
    case 'n':
      return JsonKind::Null;
    default:
      if (first_byte == '-' || is_digit(first_byte)) return JsonKind::Number;
      return std::nullopt;
  }
}

const char* JsonEscape::take(int c) noexcept {
  switch (next_) {
    case Next::Letter:
      return take_letter(c);
    case Next::Hex:
    case Next::LowHex:
      return take_hex(c);
    case Next::Backslash:
      next_ = Next::U;
      return c == '\\' ? nullptr : "a lone surrogate";
    case Next::U:
      next_ = Next::LowHex;
      return c == 'u' ? nullptr : "a lone surrogate";
    case Next::Nothing:
      break;
  }
  return "an unknown escape";
}

const char* JsonEscape::take_letter(int c) noexcept {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (c == 'u') {
    next_ = Next::Hex;
    return nullptr;
  }
  const std::size_t at = c < 0 ? std::string_view::npos : kLetters.find(static_cast<char>(c));
  if (at == std::string_view::npos) return "an unknown escape";
  code_point_ = static_cast<unsigned char>(kMeanings[at]);
  next_ = Next::Nothing;
  return nullptr;
}

const char* JsonEscape::take_hex(int c) noexcept {
  const int digit = hex_digit(c);
  if (digit < 0) return "an escape is not hexadecimal";
  value_ = value_ << 4 | static_cast<unsigned>(digit);
  return ++digits_ < kHexDigits ? nullptr : end_hex();
}

const char* JsonEscape::end_hex() noexcept {
  const unsigned code = value_;
  value_ = 0;
  digits_ = 0;
  if (is_low_surrogate(code) != (next_ == Next::LowHex)) return "a lone surrogate";
  if (next_ == Next::LowHex) {
    code_point_ = 0x10000 + ((code_point_ - 0xd800) << 10) + (code - 0xdc00);
    next_ = Next::Nothing;
  } else {
    code_point_ = code;
    next_ = is_high_surrogate(code) ? Next::Backslash : Next::Nothing;
  }
  return nullptr;
}

std::optional<JsonNumber::Part> JsonNumber::part_after(Part part, int c) noexcept {
  const bool is_exponent = c == 'e' || c == 'E';
  switch (part) {
    case Part::Begin:
      if (c == '-') return Part::Sign;
      [[fallthrough]];
    case Part::Sign:
      if (c == '0') return Part::Zero;
      if (is_digit(c)) return Part::Digits;
      return std::nullopt;
    case Part::Zero:
    case Part::ZeroAndDigits:
    case Part::Digits:
      if (is_digit(c)) return part == Part::Digits ? Part::Digits : Part::ZeroAndDigits;
      if (part == Part::ZeroAndDigits) return std::nullopt;
      if (c == '.') return Part::Point;
      if (is_exponent) return Part::Exponent;
      return std::nullopt;
    case Part::Point:
    case Part::Fraction:
      if (is_digit(c)) return Part::Fraction;
      if (is_exponent && part == Part::Fraction) return Part::Exponent;
      return std::nullopt;
    case Part::Exponent:
      if (c == '+' || c == '-') return Part::ExponentSign;
      [[fallthrough]];
    case Part::ExponentSign:
    case Part::ExponentDigits:
      if (is_digit(c)) return Part::ExponentDigits;
      return std::nullopt;
  }
  return std::nullopt;
}

bool JsonNumber::take(int c) noexcept {
  const auto next = part_after(part_, c);
  if (next) part_ = *next;
  return next.has_value();
}

const char* JsonNumber::fault() const noexcept {
  switch (part_) {
    case Part::Zero:
    case Part::Digits:
    case Part::Fraction:
    case Part::ExponentDigits:
      return nullptr;
    case Part::ZeroAndDigits:
      return "a number begins with 0";
    default:
      return "a digit is missing";
  }
}

bool JsonNumber::is_real() const noexcept { return part_ >= Part::Point; }

}  // namespace qfcsync::base
