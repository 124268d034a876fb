#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace qfcsync::repository {

/// Files of a working folder that are versioned, by path.
using FolderFiles = std::map<std::string, std::filesystem::path, std::less<>>;

/// Lists them; see Repository::status() for what is left out.
///
/// @param paths    only these files and folders, and what is below; empty: all
/// @param kept     a folder of the repository's own that may lie inside; left out
/// @errors         NotFound: the folder; Denied, Io
FolderFiles list_folder(const std::filesystem::path& folder, std::span<const std::string> paths,
                        const std::filesystem::path& kept);

/// Whether a path is one of those, or below one of them, or there are none.
bool is_wanted(std::string_view path, std::span<const std::string> paths);

/// Whether a program keeps the file beside another one, or is still writing it.
bool is_side_file(std::string_view path);

}  // namespace qfcsync::repository
