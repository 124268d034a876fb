#include "http/range.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <charconv>

namespace qfcsync::server {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  std::uint64_t number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (result.ec != std::errc()) return std::nullopt;  // beyond 64 bit
  return number;
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size,
                                     std::uint64_t minimum_length) {
  static constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const auto hyphen = header.find('-');
  if (hyphen == std::string_view::npos) return std::nullopt;

  const auto first = parse_number(header.substr(0, hyphen));
  if (!first || *first >= size) return std::nullopt;
  std::uint64_t last = size - 1;
  if (const std::string_view end = header.substr(hyphen + 1); !end.empty()) {
    const auto number = parse_number(end);
    if (!number || *number >= size || *number <= *first) return std::nullopt;
    last = *number;
  }
  if (last - *first + 1 < minimum_length) return std::nullopt;
  return ByteRange{*first, last};
}

}  // namespace qfcsync::server
