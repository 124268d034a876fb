#pragma once

#include "routes/call.hpp"

namespace qfcsync::server {

/// The ways to log in, as `auth/providers/` and `server/info/` list them.
nlohmann::json providers_json(const Call& call);

}  // namespace qfcsync::server
