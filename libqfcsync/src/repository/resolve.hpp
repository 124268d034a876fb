#pragma once

#include "history/pointer.hpp"
#include "repository/state.hpp"

#include <optional>
#include <string_view>

namespace qfcsync::repository {

/// See Repository::resolve().
chunk::ObjectId resolve(State& state, std::string_view name);

/// The file of a version.
///
/// @errors NotFound: the version has no such file; InvalidArgument: no path
history::Pointer pointer_of(State& state, const chunk::ObjectId& version, std::string_view path);

/// The place of a version on the main line; nothing if it lies beside it.
std::optional<std::int64_t> position_of(State& state, const chunk::ObjectId& version);

}  // namespace qfcsync::repository
