#pragma once

#include "repository/state.hpp"

#include <optional>

namespace qfcsync::repository {

/// See Repository::undo(). @return nothing: all has to be tried again
std::optional<UndoResult> undo(State& state, const chunk::ObjectId& version,
                               const UndoOptions& options);

}  // namespace qfcsync::repository
