#pragma once

#include "repository/state.hpp"

#include <cstddef>
#include <cstdint>

namespace qfcsync::repository {

/// Packs below this are small; so many small ones of a level become one of the next.
inline constexpr std::uint64_t kSmallPackBytes = 4u << 20;
inline constexpr std::size_t kManySmallPacks = 32;

/// Puts small packs together once there are many, so that roots stay short and reads few. The old
/// ones stay in the store until prune() removes them: somebody may still read from them.
///
/// Nothing is done when somebody else makes a root meanwhile, or a pack is damaged.
void fold_small_packs(State& state);

}  // namespace qfcsync::repository
