#pragma once

#include "repository/state.hpp"

namespace qfcsync::repository {

/// See Repository::check(). Damage is what is reported, never an error.
CheckReport check(State& state, CheckDepth depth);

}  // namespace qfcsync::repository
