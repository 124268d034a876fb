#pragma once

#include "history/root.hpp"
#include "repository/new_objects.hpp"

#include <functional>
#include <vector>

namespace qfcsync::repository {

/// Whether an object is not to be copied.
using LeaveOut = std::function<bool(const chunk::ObjectKey&)>;

/// Copies the objects of packs, as they are stored, in their order.
///
/// What is there is read from the packs themselves, never from an index: that one may be built anew
/// by another process right now, and what it does not list would be lost. Each pack is compared
/// with its name first, so that damage does not get into one with a good name. Of an object that
/// several packs have, the copy of least depth is taken: others may count on that.
///
/// @param leave_out  empty: nothing is left out. What objects has already is not copied, either
/// @errors           Corrupt, NotFound: a pack is damaged or missing
void copy_packs(PackCache& cache, const std::vector<history::RootPack>& packs,
                const LeaveOut& leave_out, NewObjects& objects);

}  // namespace qfcsync::repository
