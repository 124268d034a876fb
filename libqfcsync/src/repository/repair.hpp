#pragma once

#include "repository/state.hpp"

#include <memory>

namespace qfcsync::repository {

/// See Repository::repair().
RepairReport repair(State& state, const std::shared_ptr<BlobStore>& other);

}  // namespace qfcsync::repository
