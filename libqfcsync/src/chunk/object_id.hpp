#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace qfcsync::chunk {

inline constexpr std::size_t kIdBytes = 32;

/// What an object is. On disk: never renumbered.
enum class ObjectKind : std::uint8_t { Chunk = 1, Manifest = 2, Git = 3, Change = 4 };

/// The name of an object, a file or a pack; what it is a hash of depends on the kind.
struct ObjectId {
  std::array<std::uint8_t, kIdBytes> bytes{};

  auto operator<=>(const ObjectId&) const = default;
  std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string hex() const;
  /// @param raw  exactly 32 bytes
  static ObjectId from_raw(std::string_view raw);
  /// @errors InvalidArgument: not 64 lower-case hexadecimal digits
  static ObjectId from_hex(std::string_view text);
};

/// A chunk and the manifest of a file of one chunk have the same id: the kind tells them apart.
struct ObjectKey {
  ObjectKind kind = ObjectKind::Chunk;
  ObjectId id;
  auto operator<=>(const ObjectKey&) const = default;
};

struct ObjectKeyHash {
  std::size_t operator()(const ObjectKey& key) const noexcept {
    std::size_t hash = 0;  // ids are hashes already
    std::memcpy(&hash, key.id.bytes.data(), sizeof hash);
    return hash ^ static_cast<std::size_t>(key.kind);
  }
};

/// SHA-256: the id of a chunk, a file, a pack.
ObjectId sha256_id(std::string_view bytes);

/// SHA-1 of a git object (`type SP size NUL content`), padded with zeros.
ObjectId git_id(std::string_view object);

/// "chunk 0123…", for messages.
std::string describe(ObjectKind kind, const ObjectId& id);

/// Compares raw bytes with the id they were found under, as far as the bytes of the kind tell:
/// chunks and git objects have to have that hash, manifests have to be well formed (their id is
/// that of the file, which FileDecoder compares). Changes carry a checksum of their own.
///
/// @errors Corrupt
void check_id(ObjectKind kind, const ObjectId& id, std::string_view raw);

}  // namespace qfcsync::chunk
