#pragma once

#include "repository/state.hpp"
#include "repository/working_folder.hpp"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::repository {

/// What a working folder may have changed, told by stamps; the others are as in the newest version.
struct FolderChanges {
  std::string folder;              ///< the name it is remembered by
  std::vector<WorkingFile> maybe;  ///< new, or to be read to know
  std::vector<std::string> removed;
};

/// @errors as Repository::status()
FolderChanges look_at_folder(State& state, const std::filesystem::path& folder,
                             std::span<const std::string> paths);

/// Remembers what files look like that are known to be stored.
void remember(State& state, const std::string& folder, const std::string& path,
              const SeenFile& file);

/// The file id of a file as it is now. @errors Busy: it changes all the time; NotFound, Io
chunk::ObjectId hash_of(const std::filesystem::path& file);

/// See Repository::status(): reads what look_at_folder() leaves open.
std::vector<StatusEntry> status(State& state, const std::filesystem::path& folder,
                                std::span<const std::string> paths);

}  // namespace qfcsync::repository
