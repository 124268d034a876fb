#pragma once

#include "repository/state.hpp"

#include <string_view>
#include <vector>

namespace qfcsync::repository {

/// See Repository::diff().
DiffResult diff_versions(State& state, const chunk::ObjectId& from, const chunk::ObjectId& to,
                         std::string_view path, ByteSink& out);

/// See Repository::diff_files().
std::vector<FileChange> diff_files(State& state, const chunk::ObjectId& from,
                                   const chunk::ObjectId& to);

}  // namespace qfcsync::repository
