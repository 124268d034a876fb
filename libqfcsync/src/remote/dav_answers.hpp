#pragma once

#include "remote/http_date.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::remote {

/// What a WebDAV server tells of one resource.
struct DavResource {
  std::string path;  ///< without host and escapes, without a slash at the end
  bool is_collection = false;
  std::uint64_t size = 0;
  Time modified;
};

/// Resources of a multistatus answer; those that the server could not look at are left out.
///
/// @errors Corrupt
std::vector<DavResource> parse_multistatus(std::string_view xml);

}  // namespace qfcsync::remote
