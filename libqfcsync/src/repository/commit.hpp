#pragma once

#include <qfcsync/repository.hpp>

#include "repository/state.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace qfcsync::repository {

/// See Repository::commit().
CommitResult commit_files(State& state, std::span<const WorkingFile> files,
                          std::span<const std::string> removed, const CommitOptions& options);

/// See Repository::commit_folder().
CommitResult commit_folder(State& state, const std::filesystem::path& folder,
                           std::span<const std::string> paths, const CommitOptions& options);

}  // namespace qfcsync::repository
