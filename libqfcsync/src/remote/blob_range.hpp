#pragma once

#include <qfcsync/stream.hpp>

#include "remote/http_sender.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace qfcsync::remote {

/// A blob on a server, as a reader of ranges needs it.
struct RemoteBlob {
  std::string_view name;
  HttpRequest get;
  /// The blob's size by another request; throws NotFound if there is no such blob.
  std::function<std::uint64_t()> size;
  /// Whether a whole answer to a ranged request can be something else, e.g. the page of a folder.
  bool may_be_page = false;
};

/// Gives bytes [offset, offset + length) to a sink, length 0 to the end. A cut answer is continued
/// by a request for the rest; a server that knows no ranges is read from the beginning.
///
/// @errors NotFound; Corrupt: the blob is shorter; as HttpSender
void read_range(HttpSender& sender, const RemoteBlob& blob, std::uint64_t offset,
                std::uint64_t length, ByteSink& sink);

/// "bytes 5-9/10" and "bytes */10".
struct ContentRange {
  bool has_bytes = false;  ///< first and last are given
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
};
/// @return false: no such header, or the total is unknown
bool parse_content_range(std::string_view text, ContentRange& range);

}  // namespace qfcsync::remote
