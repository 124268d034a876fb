#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qfcsync::chunk {

inline void put_little(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> 8 * i & 0xff));
}

/// The number in all bytes of a text of at most eight.
inline std::uint64_t little(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  }
  return value;
}

}  // namespace qfcsync::chunk
