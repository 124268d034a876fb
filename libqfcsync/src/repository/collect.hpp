#pragma once

#include "repository/state.hpp"

#include <cstddef>

namespace qfcsync::repository {

/// Roots that are kept whatever their age, and how long others are.
inline constexpr std::size_t kFewestRoots = 1000;
inline constexpr std::chrono::hours kRootAge{90 * 24};

/// Removes packs that no root of the time of grace names, and old roots.
///
/// Time is that of the store: nothing depends on the clock of this machine.
///
/// @param report  gets what was removed
/// @errors        Corrupt: a root cannot be read; nothing is removed then
void collect(State& state, const PruneRules& rules, PruneReport& report);

}  // namespace qfcsync::repository
