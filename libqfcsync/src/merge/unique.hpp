#pragma once

#include "merge/merged_row.hpp"

namespace qfcsync::merge {

/// Finds values that have to be unique and that both sides wrote into different rows, has the
/// policy decide who keeps them, and gives the other row a stand-in.
///
/// The stand-in goes into one column: NULL where that is allowed and no reference is lost; else the
/// text with six hex digits of the row's name behind it; else a negative number made of them; else
/// NULL into a reference. Where none fits, the row is left out or gets its former value back.
void plan_unique(MergeState& state, Decider& decider);

}  // namespace qfcsync::merge
