#pragma once

#include "working_folder.hpp"

#include <filesystem>
#include <string>

/// Whether a journal beside a SQLite file holds what the file does not.
bool has_pending_log(const std::filesystem::path& file);

/// Makes sure that another file may take the place of this one: a log would be played into the new
/// one, and a program that has the old one open would go on writing to what nobody sees.
///
/// @errors Busy
void check_replaceable(const std::filesystem::path& file);

/// Puts a file of a version into its place in the folder, or removes it when the version has none.
///
/// @errors Busy; as Repository::restore
void put_file(WorkingFolder& folder, const std::string& version, const std::string& path,
              bool is_there);

/// Whether a file on disk has exactly the bytes that it has in a version. A file with a pending log
/// has not.
bool is_as_in(qfcsync::Repository& repository, const std::string& version, const std::string& path,
              const std::filesystem::path& file);
