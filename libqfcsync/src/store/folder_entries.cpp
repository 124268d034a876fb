#include "store/folder_entries.hpp"

#include <qfcsync/error.hpp>

#include "store/descriptor.hpp"

#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::store {
namespace {

/// Some file systems do not say in the entry what it is.
bool is_folder_at(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status {};
  return ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

}  // namespace

std::vector<FolderEntry> entries_of(int folder, std::string_view name) {
  // A descriptor of its own: the place of reading belongs to it.
  const int own = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) throw_at("cannot list the folder", name);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), &::closedir);
  if (stream == nullptr) {
    const Descriptor closed(own);
    throw_at("cannot list the folder", name);
  }
  std::vector<FolderEntry> found;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view entry_name = entry->d_name;
    if (entry_name == "." || entry_name == "..") continue;
    found.push_back({std::string(entry_name), is_folder_at(own, *entry)});
  }
  if (errno != 0) throw_errno(fmt::format("cannot list the folder {}", name));
  return found;
}

}  // namespace qfcsync::store
