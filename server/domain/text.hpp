#pragma once

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace qfcsync::server {

// ASCII only, on purpose: protocol words know no locale.

using base::lower_case;
using base::to_lower;
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Without blanks, tabs and line ends at both ends.
inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\v\f");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

/// Length in bytes of the UTF-8 sequence at the front, 0 if there is none (Unicode, table 3-7).
std::size_t utf8_sequence(std::string_view bytes);

/// Whether the bytes are UTF-8 without overlong forms, surrogates or values above U+10FFFF.
bool is_valid_utf8(std::string_view bytes);

}  // namespace qfcsync::server
