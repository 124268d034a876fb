#pragma once

#include <cstddef>
#include <string_view>

namespace qfcsync::base {

/// Whether the text is a UUID in canonical form, 8-4-4-4-12 hexadecimal digits of either case.
constexpr bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace qfcsync::base
