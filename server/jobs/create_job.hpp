#pragma once

#include "domain/jobs.hpp"
#include "domain/services.hpp"

namespace qfcsync::server {

/// Fills a new project from its seed: with a project file that shows the background asked for, or
/// with the newest files of the project that it clones, of which no byte is copied.
///
/// All files appear at once; then the project file is processed. When it fails the project stays
/// empty.
void run_create_job(Services& services, const JobRecord& job);

}  // namespace qfcsync::server
