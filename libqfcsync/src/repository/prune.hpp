#pragma once

#include "repository/state.hpp"

namespace qfcsync::repository {

/// See Repository::prune().
PruneReport prune(State& state, const PruneRules& rules);

}  // namespace qfcsync::repository
