#include "repository/working_folder.hpp"

#include <qfcsync/error.hpp>

#include "history/git_name.hpp"

#include <algorithm>
#include <initializer_list>
#include <system_error>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& folder, const std::error_code& failed) {
  const bool is_missing = failed == std::errc::no_such_file_or_directory;
  throw Error(is_missing ? ErrorCode::NotFound : ErrorCode::Io,
              "cannot list the folder " + folder.string() + ": " + failed.message(),
              ErrorOrigin::Os, failed.value());
}

/// What the command keeps in a working folder.
constexpr const char* kCommandFolder = ".qfcsync";

/// A blob store or what the command keeps: nothing in it is a file of the project.
bool is_kept_folder(const fs::path& folder) {
  std::error_code ignored;
  if (folder.filename() == kCommandFolder) return true;
  return fs::is_directory(folder / "roots", ignored) && fs::is_directory(folder / "packs", ignored);
}

}  // namespace

bool is_side_file(std::string_view path) {
  return std::ranges::any_of(std::initializer_list{"-wal", "-shm", "-journal", ".part"},
                             [&](const char* suffix) { return path.ends_with(suffix); });
}

bool is_wanted(std::string_view path, std::span<const std::string> paths) {
  const auto covers = [&](const std::string& wanted) {
    return path.starts_with(wanted) && (path.size() == wanted.size() || path[wanted.size()] == '/');
  };
  return paths.empty() || std::ranges::any_of(paths, covers);
}

FolderFiles list_folder(const fs::path& folder, std::span<const std::string> paths,
                        const fs::path& kept) {
  std::error_code failed;
  fs::recursive_directory_iterator entry(folder, failed);
  if (failed) fail(folder, failed);
  const fs::path own = kept.empty() ? fs::path() : fs::weakly_canonical(kept, failed);
  FolderFiles files;
  for (; entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    if (failed) fail(folder, failed);
    const fs::path relative = entry->path().lexically_relative(folder);
    const std::string path = relative.generic_string();
    std::error_code ignored;
    if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
      const bool is_own = !own.empty() && fs::weakly_canonical(entry->path(), ignored) == own;
      if (is_own || is_kept_folder(entry->path()) || !history::is_versioned_path(path)) {
        entry.disable_recursion_pending();
      }
      continue;
    }
    const bool is_file = !entry->is_symlink(ignored) && entry->is_regular_file(ignored);
    if (is_file && history::is_versioned_path(path) && !is_side_file(path) &&
        is_wanted(path, paths)) {
      files.emplace(path, entry->path());
    }
  }
  if (failed) fail(folder, failed);
  return files;
}

}  // namespace qfcsync::repository
