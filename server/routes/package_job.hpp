#pragma once

#include "routes/call.hpp"

#include <string>

namespace qfcsync::server {

/// Answers a request for a package: a new job, or the one that is at it.
///
/// @errors ApiError: as `POST jobs/`
Response create_package_job(Call& call, const std::string& project_id);

}  // namespace qfcsync::server
