#pragma once

#include <qfcsync/repository.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::repository {

/// So many files are listed one by one in the message of a commit.
inline constexpr std::size_t kMaxFilesInText = 50;

/// "trees 3 inserted, 1 updated; roads 2 deleted"
std::string describe_tables(const std::vector<ChangesetSummary::Table>& tables);

/// What people read in `git log`: their own words, or a line made from what changed, then the
/// files.
std::string describe_version(std::string_view message, const std::vector<FileChange>& files);

/// What describe_version() was given, or the line that it made, without the files after it.
///
/// @param paths  of the version's files
std::string without_files(std::string_view text, const std::vector<std::string>& paths);

}  // namespace qfcsync::repository
