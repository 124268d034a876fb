#include "changeset/row_index.hpp"

#include <algorithm>
#include <bit>

namespace qfcsync::changeset {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

/// Position of a type in the order of keys; NULL first.
std::uint8_t rank(ValueType type) {
  return type == ValueType::Null ? 1 : static_cast<std::uint8_t>(static_cast<int>(type) + 1);
}

bool is_number(ValueView value) {
  return value.type() == ValueType::Integer || value.type() == ValueType::Real ||
         value.type() == ValueType::Null;
}

/// A number whose unsigned order is that of the value.
std::uint64_t number_word(ValueView value) {
  if (value.type() != ValueType::Real) {
    return static_cast<std::uint64_t>(value.as_integer()) ^ kSignBit;
  }
  const auto bits = std::bit_cast<std::uint64_t>(value.as_real());
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

/// Eight bytes from a place on, filled up with zeros.
std::uint64_t bytes_word(std::string_view bytes, std::size_t from) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const bool is_there = from + i < bytes.size();
    word = word << 8 | (is_there ? static_cast<std::uint8_t>(bytes[from + i]) : 0u);
  }
  return word;
}

/// Less than, equal to or greater than 0.
int compare(ValueView a, ValueView b) {
  if (a.type() != b.type()) return rank(a.type()) < rank(b.type()) ? -1 : 1;
  if (is_number(a)) {
    const std::uint64_t x = number_word(a);
    const std::uint64_t y = number_word(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return a.bytes().compare(b.bytes());
}

}  // namespace

KeyPrefix key_prefix(std::span<const ValueView> values, const std::vector<std::size_t>& columns) {
  KeyPrefix key;
  const ValueView first = values[columns[0]];
  key.types = static_cast<std::uint16_t>(rank(first.type()) << 8);
  if (!is_number(first)) {
    key.words = {bytes_word(first.bytes(), 0), bytes_word(first.bytes(), 8)};
    return key;
  }
  key.words = {number_word(first), 0};
  key.is_whole = columns.size() == 1;
  if (columns.size() == 1) return key;
  const ValueView second = values[columns[1]];
  key.types = static_cast<std::uint16_t>(key.types | rank(second.type()));
  key.words[1] = is_number(second) ? number_word(second) : bytes_word(second.bytes(), 0);
  key.is_whole = columns.size() == 2 && is_number(second);
  return key;
}

bool key_less(std::span<const ValueView> a, std::span<const ValueView> b,
              const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns) {
    const int order = compare(a[column], b[column]);
    if (order != 0) return order < 0;
  }
  return false;
}

bool key_equal(std::span<const ValueView> a, std::span<const ValueView> b,
               const std::vector<std::size_t>& columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](std::size_t column) { return a[column] == b[column]; });
}

}  // namespace qfcsync::changeset
