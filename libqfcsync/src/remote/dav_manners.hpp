#pragma once

#include "remote/dav_publish.hpp"

namespace qfcsync::remote {

/// Finds out how names can be given exclusively on a server, or reads what an earlier opener found
/// out within the last 7 days about the same server program.
///
/// @errors as DavServer
DavPublish find_dav_manners(DavServer& server);

/// Removes uploads and claims that nobody will finish: older than 7 days by the server's clock.
void remove_old_dav_leftovers(DavServer& server);

}  // namespace qfcsync::remote
