#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qfcsync::server {

/// Part of a content, both ends included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Reads a Range header of the forms bytes=<first>- and bytes=<first>-<last>, and no other.
///
/// Stricter than RFC 9110, as QFieldCloud is: a malformed range is refused, not ignored; an end
/// behind the content is refused, not cut; <last> must be greater than <first>.
///
/// @param size             of the content in bytes
/// @param minimum_length   shortest range that is served; 0 for no minimum
/// @return nullopt: answer 416
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size,
                                     std::uint64_t minimum_length);

}  // namespace qfcsync::server
