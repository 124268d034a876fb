#include "merge/value_hash.hpp"

#include "changeset/codec.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kMaxDecimalBytes = 20;  // of a 64-bit integer with its sign

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 29;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash) {
  std::uint64_t word = 0;
  for (; bytes.size() >= sizeof word; bytes.remove_prefix(sizeof word)) {
    std::memcpy(&word, bytes.data(), sizeof word);
    hash = mix(hash ^ word);
  }
  word = bytes.size();
  for (const char c : bytes) word = word << 8 | static_cast<std::uint8_t>(c);
  return mix(hash ^ word);
}

ValueView integer_of_real(ValueView value) {
  const double number = value.as_real();
  // Beyond 2^53 a real no longer names one integer.
  const bool is_exact = std::abs(number) <= 9007199254740992.0 && std::trunc(number) == number;
  return is_exact ? ValueView::integer(static_cast<std::int64_t>(number)) : value;
}

ValueView integer_of_text(ValueView value) {
  const std::string_view text = value.bytes();
  std::int64_t number = 0;
  if (text.empty() || text.size() > kMaxDecimalBytes) return value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return value;
  return std::to_string(number) == text ? ValueView::integer(number) : value;
}

}  // namespace

std::uint64_t hash_value(ValueView value, std::uint64_t seed) {
  const std::uint64_t hash = mix(seed + static_cast<std::uint64_t>(value.type()));
  switch (value.type()) {
    case ValueType::Integer:
      return mix(hash ^ static_cast<std::uint64_t>(value.as_integer()));
    case ValueType::Real:
      return mix(hash ^ std::bit_cast<std::uint64_t>(value.as_real()));
    case ValueType::Text:
    case ValueType::Blob:
      return hash_bytes(value.bytes(), hash);
    case ValueType::Undefined:
    case ValueType::Null:
      break;
  }
  return hash;
}

ValueView reference_value(ValueView value) {
  if (value.type() == ValueType::Real) return integer_of_real(value);
  if (value.type() == ValueType::Text) return integer_of_text(value);
  return value;
}

std::string reference_key(std::span<const ValueView> values) {
  std::string key;
  if (!is_complete(values)) return key;
  for (const ValueView value : values) changeset::append_value(reference_value(value), key);
  return key;
}

std::uint64_t hash_reference(std::span<const ValueView> values, std::uint64_t seed) {
  for (const ValueView value : values) seed = hash_value(reference_value(value), seed);
  return seed;
}

bool same_reference(std::span<const ValueView> a, std::span<const ValueView> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](ValueView x, ValueView y) {
    return reference_value(x) == reference_value(y);
  });
}

bool is_complete(std::span<const ValueView> values) {
  return std::all_of(values.begin(), values.end(),
                     [](ValueView value) { return value.is_defined() && !value.is_null(); });
}

}  // namespace qfcsync::merge
