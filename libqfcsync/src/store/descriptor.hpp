#pragma once

#include "io/descriptor.hpp"

#include <string>
#include <string_view>

/// Files relative to an open folder: no path is looked up twice, and no symbolic link is followed.
namespace qfcsync::store {

using io::Descriptor;

/// Opens a folder of a folder. @return empty if absent
/// @errors Denied: a symbolic link or no folder; Io
Descriptor open_folder_at(int folder, const std::string& name);

/// Creates a folder if it is missing. @return whether it was missing. @errors Io, Denied
bool make_folder_at(int folder, const std::string& name);

/// Removes a folder with all files and folders in it; symbolic links are removed, not followed.
void remove_tree_at(int folder, const std::string& name);

/// Throws for errno: a symbolic link or a file in place of a folder is Denied.
[[noreturn]] void throw_at(std::string_view tried, std::string_view name);

}  // namespace qfcsync::store
