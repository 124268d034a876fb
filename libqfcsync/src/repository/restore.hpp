#pragma once

#include "repository/state.hpp"

#include <cstdint>
#include <filesystem>

namespace qfcsync::repository {

/// Writes a file of a version durably in place of another, from pieces of that where it has them.
/// The other one stays as it is until the new one is complete and has its hash.
///
/// @errors Corrupt, NotFound, Io
void restore_file(State& state, const history::Pointer& pointer,
                  const std::filesystem::path& target);

/// See Repository::export_version().
void export_version(State& state, const chunk::ObjectId& version,
                    const std::filesystem::path& folder);

/// See Repository::read().
void read_range(State& state, const history::Pointer& pointer, std::uint64_t offset,
                std::uint64_t length, ByteSink& sink);

/// @errors Corrupt, NotFound: see Repository::check_content()
void check_content(State& state, const chunk::ObjectId& file);

}  // namespace qfcsync::repository
