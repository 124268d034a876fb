#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Constants of the changeset format (docs/formats/changeset.md).
namespace qfcsync::changeset {

inline constexpr char kTableMark = 'T';
inline constexpr char kPatchsetMark = 'P';

/// Longest variable-length integer.
inline constexpr std::size_t kMaxVarintBytes = 9;

// Names of the two table heads without changes that carry our envelope. Other readers pass over
// heads that no change follows.
inline constexpr std::string_view kEnvelopePrefix = "qfcsync-envelope:";
inline constexpr std::string_view kChecksumPrefix = "qfcsync-checksum:";
inline constexpr int kEnvelopeVersion = 1;

/// Whether a table of that name would be taken for a part of the envelope.
inline bool is_reserved_name(std::string_view name) {
  return name.starts_with(kEnvelopePrefix) || name.starts_with(kChecksumPrefix);
}

}  // namespace qfcsync::changeset
