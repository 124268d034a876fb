#pragma once

#include "domain/jobs.hpp"
#include "domain/services.hpp"

namespace qfcsync::server {

/// Packages the newest files of the project and makes the result the package clients download.
/// When it fails the former package stays.
void run_package_job(Services& services, const JobRecord& job);

}  // namespace qfcsync::server
