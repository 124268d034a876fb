#pragma once

#include "merge/merged_row.hpp"

namespace qfcsync::merge {

/// Finds rows that would refer to a row which the other side deleted, has the policy decide, and
/// writes into the plan what follows: the parent stays, or the reference goes.
///
/// Parents that stay pull their own parents after them; rows that are left out take the references
/// to them away.
void plan_parents(MergeState& state, Decider& decider);

}  // namespace qfcsync::merge
