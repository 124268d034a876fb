#pragma once

#include "repository/state.hpp"

#include <string>
#include <vector>

namespace qfcsync::repository {

/// See Repository::bundle().
void write_bundle(State& state, const std::vector<chunk::ObjectId>& have, ByteSink& out);

/// See Repository::unbundle().
UnbundleResult read_bundle(State& state, ByteSource& bundle);

}  // namespace qfcsync::repository
