#pragma once

#include <cstddef>
#include <cstdint>

namespace qfcsync::sqlitefile {

inline constexpr std::size_t kMaxVarintBytes = 9;

/// Reads SQLite's number of 1 to 9 bytes: seven bits a byte, the ninth byte whole.
///
/// @return  bytes taken; 0 if it does not end before end
inline std::size_t read_varint(const std::uint8_t* bytes, const std::uint8_t* end,
                               std::uint64_t& value) noexcept {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < kMaxVarintBytes; ++i) {
    if (bytes + i >= end) return 0;
    if (i == kMaxVarintBytes - 1) {
      value = result << 8 | bytes[i];
      return kMaxVarintBytes;
    }
    result = result << 7 | (bytes[i] & 0x7fu);
    if ((bytes[i] & 0x80u) == 0) {
      value = result;
      return i + 1;
    }
  }
  return 0;
}

}  // namespace qfcsync::sqlitefile
