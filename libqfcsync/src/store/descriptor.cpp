#include "store/descriptor.hpp"

#include <qfcsync/error.hpp>

#include "store/folder_entries.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::store {

void throw_at(std::string_view tried, std::string_view name) {
  if (errno == ELOOP || errno == ENOTDIR) {
    throw Error(
        ErrorCode::Denied,
        fmt::format("{} {}: there is something else than a file of ours in the way", tried, name),
        ErrorOrigin::Os, errno);
  }
  throw_errno(fmt::format("{} {}", tried, name));
}

Descriptor open_folder_at(int folder, const std::string& name) {
  Descriptor opened(
      ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened && errno != ENOENT) throw_at("cannot open the folder", name);
  return opened;
}

bool make_folder_at(int folder, const std::string& name) {
  if (::mkdirat(folder, name.c_str(), 0777) == 0) return true;
  if (errno != EEXIST) throw_at("cannot create the folder", name);
  return false;
}

void remove_tree_at(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR && errno != EPERM) throw_at("cannot remove", name);
  if (const Descriptor inside = open_folder_at(folder, name)) {
    for (const auto& entry : entries_of(inside.get(), name))
      remove_tree_at(inside.get(), entry.name);
  }
  if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    throw_at("cannot remove the folder", name);
  }
}

}  // namespace qfcsync::store
