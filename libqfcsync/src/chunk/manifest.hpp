#pragma once

#include "chunk/limits.hpp"
#include "chunk/object_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::chunk {

inline constexpr std::size_t kManifestHeadBytes = 40;
/// A manifest is one object; that is what bounds the size of a file (128 GiB).
inline constexpr std::uint64_t kMaxManifestChunks =
    (kMaxObjectBytes - kManifestHeadBytes) / kIdBytes;
inline constexpr std::uint64_t kMaxFileBytes = kMaxManifestChunks * kChunkBytes;

/// The entity tag that clients compute (base::EtagDigest), as bytes.
struct Etag {
  std::uint32_t parts = 1;
  std::array<std::uint8_t, 16> digest{};

  bool operator==(const Etag&) const = default;
  /// "<hex>" for one part, else "<hex>-<parts>".
  std::string text() const;
  /// @param text  as base::EtagDigest gives it
  static Etag from_text(std::string_view text);
};

/// The list of chunks that rebuilds one file; docs/formats/manifest.md.
struct Manifest {
  std::uint64_t file_bytes = 0;
  Etag etag;
  std::vector<ObjectId> chunks;

  bool operator==(const Manifest&) const = default;
  /// Size of a chunk by its number.
  std::uint32_t chunk_bytes(std::size_t number) const noexcept;
};

std::uint64_t chunk_count(std::uint64_t file_bytes) noexcept;

/// @errors LimitExceeded: the file is too large
std::string format_manifest(const Manifest& manifest);

/// @errors Corrupt: no manifest, or its numbers do not fit; FormatTooNew
Manifest parse_manifest(std::string_view bytes);

}  // namespace qfcsync::chunk
