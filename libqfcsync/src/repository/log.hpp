#pragma once

#include "repository/state.hpp"

#include <vector>

namespace qfcsync::repository {

/// See Repository::log().
std::vector<VersionInfo> list_versions(State& state, const LogOptions& options);

}  // namespace qfcsync::repository
