#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::project {

/// One file of a ZIP archive, unpacked.
struct ArchiveEntry {
  std::string name;
  std::string bytes;
};

/// Share of packed to unpacked size above which an archive counts as a bomb, for entries of
/// kBombMinBytes and more. XML of projects packs 10 to 50 times.
inline constexpr std::size_t kMaxPackRatio = 400;
inline constexpr std::size_t kBombMinBytes = 16u << 20;

/// The project document of a .qgz: `<stem>.qgs`, else the first .qgs by name.
///
/// @param limit  at most so many bytes are unpacked; more is LimitExceeded
/// @errors       Corrupt: no archive, no .qgs, unsafe names; LimitExceeded; NotFound
std::string read_archived_project(const std::filesystem::path& archive, std::string_view stem,
                                  std::size_t limit);

/// The first bytes of the same document.
std::string read_archived_project_head(const std::filesystem::path& archive, std::string_view stem,
                                       std::size_t bytes);

/// All files of an archive in stored order.
///
/// @errors as read_archived_project
std::vector<ArchiveEntry> read_archive(const std::filesystem::path& archive, std::size_t limit);

/// Writes an archive whose bytes depend on the entries only (no clock, no user, no folder).
///
/// @errors Io
void write_archive(const std::filesystem::path& file, const std::vector<ArchiveEntry>& entries);

/// True when a name stays inside the folder it is unpacked to.
bool is_safe_entry_name(std::string_view name);

}  // namespace qfcsync::project
