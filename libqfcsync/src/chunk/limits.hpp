#pragma once

#include <cstddef>
#include <cstdint>

namespace qfcsync::chunk {

// Limits of what is stored; docs/formats/pack.md. Readers refuse what is above them.

/// Every chunk of a file but the last has this size. Part of the format.
inline constexpr std::uint32_t kChunkBytes = 256u << 10;
inline constexpr std::uint32_t kMaxObjectBytes = 16u << 20;
inline constexpr std::uint64_t kMaxPackBytes = 64u << 20;
inline constexpr std::uint32_t kMaxPackObjects = 65'536;
inline constexpr std::uint8_t kMaxDepth = 32;
inline constexpr std::size_t kMaxBases = 2;

/// Decoded bases that are kept, on a phone and on a server.
inline constexpr std::size_t kPhoneCacheBytes = std::size_t{64} * kChunkBytes;
inline constexpr std::size_t kServerCacheBytes = std::size_t{256} * kChunkBytes;

}  // namespace qfcsync::chunk
