#include "sqlitefile/record.hpp"

#include "sqlitefile/big_endian.hpp"
#include "sqlitefile/payload.hpp"
#include "sqlitefile/varint.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace qfcsync::sqlitefile {
namespace {

// Serial types of the record header.
constexpr std::uint64_t kNull = 0;
constexpr std::uint64_t kReal = 7;
constexpr std::uint64_t kZero = 8;
constexpr std::uint64_t kOne = 9;
constexpr std::uint64_t kFirstBytes = 12;  // even: blob, odd: text

std::uint64_t size_of(std::uint64_t type) noexcept {
  constexpr std::uint8_t kSizes[kFirstBytes] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < kFirstBytes ? kSizes[type] : (type - kFirstBytes) / 2;
}

std::int64_t signed_integer(const std::uint8_t* bytes, std::size_t size) noexcept {
  auto result = static_cast<std::int64_t>(static_cast<std::int8_t>(bytes[0]));
  for (std::size_t i = 1; i < size; ++i) result = result * 256 + bytes[i];
  return result;
}

ValueView real_value(const std::uint8_t* bytes) noexcept {
  const auto value = std::bit_cast<double>(read_u64(bytes));
  return std::isnan(value) ? ValueView::null() : ValueView::real(value);  // as SQLite reads it
}

ValueView value_of(std::uint64_t type, const std::uint8_t* bytes, std::size_t size) noexcept {
  if (type >= kFirstBytes) {
    const std::string_view text = as_text(bytes, size);
    return type % 2 == 0 ? ValueView::blob(text) : ValueView::text(text);
  }
  if (type == kNull) return ValueView::null();
  if (type == kReal) return real_value(bytes);
  if (type == kZero || type == kOne) return ValueView::integer(type == kOne ? 1 : 0);
  return ValueView::integer(signed_integer(bytes, size));
}

bool is_known(std::uint64_t type) noexcept { return type <= kOne || type >= kFirstBytes; }

}  // namespace

bool decode_record(std::string_view payload, std::vector<ValueView>& fields) {
  fields.clear();
  const auto* begin = reinterpret_cast<const std::uint8_t*>(payload.data());
  const std::uint8_t* end = begin + payload.size();
  std::uint64_t header_size = 0;
  const std::size_t taken = read_varint(begin, end, header_size);
  if (taken == 0 || header_size < taken || header_size > payload.size()) return false;
  const std::uint8_t* header_end = begin + header_size;
  const std::uint8_t* body = header_end;
  for (const std::uint8_t* at = begin + taken; at < header_end;) {
    std::uint64_t type = 0;
    const std::size_t step = read_varint(at, header_end, type);
    if (step == 0 || !is_known(type)) return false;
    const std::uint64_t size = size_of(type);
    if (size > static_cast<std::uint64_t>(end - body)) return false;
    fields.push_back(value_of(type, body, size));
    body += size;
    at += step;
  }
  return true;
}

}  // namespace qfcsync::sqlitefile
