#pragma once

#include "chunk/object.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::chunk {

// The bytes of a pack around its payloads; docs/formats/pack.md.

inline constexpr std::uint16_t kPackVersion = 1;
inline constexpr std::size_t kPackHeaderBytes = 16;
inline constexpr std::size_t kPackTailBytes = 64;

struct PackEntry {
  ObjectRecord record;
  std::uint64_t offset = 0;  ///< of the stored bytes, from the beginning of the pack
  bool operator==(const PackEntry&) const = default;
};

/// Where the index of a pack is, and the hash it has to have.
struct PackTail {
  std::uint64_t index_offset = 0;
  std::uint64_t index_bytes = 0;
  std::uint32_t objects = 0;
  ObjectId index_hash;
};

std::string format_pack_header(std::uint32_t salt);
/// @errors Corrupt: no pack; FormatTooNew
void check_pack_header(std::string_view header);

/// @param entries  sorted by kind and id
std::string format_pack_index(const std::vector<PackEntry>& entries);
std::size_t pack_entry_bytes(const ObjectRecord& record) noexcept;
std::string format_pack_tail(const PackTail& tail);

/// @param tail        the last kPackTailBytes of the pack
/// @param pack_bytes  size of the pack
/// @errors            Corrupt: no pack, or numbers that do not fit its size; FormatTooNew
PackTail parse_pack_tail(std::string_view tail, std::uint64_t pack_bytes);

/// @return the entries by kind and id: no two of the same name, their payloads back to back from
///         header to index, bases that are in the same pack less deep
/// @errors Corrupt
std::vector<PackEntry> parse_pack_index(const PackTail& tail, std::string_view index);

/// The entry of a name in a sorted list; nullptr without.
const PackEntry* find_entry(const std::vector<PackEntry>& entries, const ObjectKey& key);

}  // namespace qfcsync::chunk
