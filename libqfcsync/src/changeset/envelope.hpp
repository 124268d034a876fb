#pragma once

#include <qfcsync/changeset.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// The envelope as text inside a changeset (docs/formats/changeset.md, section "envelope").
namespace qfcsync::changeset {

/// JSON without NUL bytes.
std::string envelope_text(const ChangesetEnvelope& envelope);

/// @errors Corrupt: no such text; FormatTooNew
ChangesetEnvelope parse_envelope(std::string_view text);

/// What ends a changeset with envelope.
struct Checksum {
  std::uint64_t changes = 0;
  std::string xxh3;  ///< XXH3-128 of all bytes before, 32 hex digits
};

std::string checksum_text(const Checksum& checksum);
/// @errors Corrupt
Checksum parse_checksum(std::string_view text);

}  // namespace qfcsync::changeset
