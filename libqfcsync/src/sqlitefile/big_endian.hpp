#pragma once

#include <cstdint>

namespace qfcsync::sqlitefile {

inline std::uint32_t read_u16(const std::uint8_t* bytes) noexcept {
  return static_cast<std::uint32_t>(bytes[0]) << 8 | bytes[1];
}
inline std::uint32_t read_u32(const std::uint8_t* bytes) noexcept {
  return read_u16(bytes) << 16 | read_u16(bytes + 2);
}
inline std::uint64_t read_u64(const std::uint8_t* bytes) noexcept {
  return static_cast<std::uint64_t>(read_u32(bytes)) << 32 | read_u32(bytes + 4);
}

}  // namespace qfcsync::sqlitefile
