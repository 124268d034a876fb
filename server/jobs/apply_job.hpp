#pragma once

#include "domain/services.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace qfcsync::server {

/// Deltas that one apply job takes at most.
inline constexpr int kDeltasPerJob = 10'000;

/// Applies all pending deltas of a project, oldest first, and publishes the changed files as new
/// versions. Each delta ends with a final status and its feedback.
///
/// Results, versions and the finished job become visible in one transaction: a kill in between
/// leaves the deltas pending and the files as they were. When the disk or a file cannot be worked
/// on, the deltas stay pending and the next call tries again.
///
/// @param user_id   who is noted as the creator of jobs and versions
/// @param patience  how long to wait while other work holds the project
/// @return  false when the project was not free in that time
/// @errors Io, Busy: nothing of the failing batch is visible
bool apply_pending_deltas(Services& services, const std::string& project_id, std::int64_t user_id,
                          std::chrono::milliseconds patience);

/// Projects that have pending deltas, with the user who sent the first of them.
std::vector<std::pair<std::string, std::int64_t>> projects_with_pending_deltas(Services& services);

}  // namespace qfcsync::server
