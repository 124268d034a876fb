#pragma once

#include "domain/jobs.hpp"
#include "domain/services.hpp"

namespace qfcsync::server {

/// Reads the project file and stores what it says (details, attachment folders, online layers).
/// A project that cannot be read loses its details, so that its status becomes `failed`.
void run_process_job(Services& services, const JobRecord& job);

}  // namespace qfcsync::server
