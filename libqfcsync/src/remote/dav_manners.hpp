#pragma once

#include "remote/dav_publish.hpp"

#include <optional>
#include <string_view>

namespace qfcsync::remote {

/// Finds out how names can be given exclusively on a server, or reads what an earlier opener found
/// out within the last 7 days about the same server program.
///
/// @errors as DavServer
DavPublish find_dav_manners(DavServer& server);

/// As notes of this machine have it; nothing for a text of no note.
std::string_view format_dav_manners(DavPublish how);
std::optional<DavPublish> parse_dav_manners(std::string_view text);

/// Removes uploads and claims that nobody will finish: older than 7 days by the server's clock.
void remove_old_dav_leftovers(DavServer& server);

}  // namespace qfcsync::remote
