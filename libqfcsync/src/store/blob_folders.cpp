#include "store/blob_folders.hpp"

#include <qfcsync/error.hpp>

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync::store {
namespace {

Descriptor duplicate(int fd) {
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw_errno("cannot open the store's folder again");
  return copy;
}

bool is_file_at(int folder, const std::string& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(status.st_mode);
}

}  // namespace

std::string file_name_of(std::string_view blob) {
  return std::string(blob.substr(blob.rfind('/') + 1));
}

Descriptor BlobFolders::find(std::string_view blob) const {
  Descriptor folder = duplicate(store_);
  for (std::size_t start = 0;;) {
    const std::size_t end = blob.find('/', start);
    if (end == std::string_view::npos) return folder;
    const std::string name(blob.substr(start, end - start));
    if (is_file_at(folder.get(), name)) return Descriptor();  // no blob is below another
    Descriptor next = open_folder_at(folder.get(), name);
    if (!next) return next;
    folder = std::move(next);
    start = end + 1;
  }
}

Descriptor BlobFolders::make(std::string_view blob) {
  Descriptor folder = duplicate(store_);
  for (std::size_t start = 0;;) {
    const std::size_t end = blob.find('/', start);
    if (end == std::string_view::npos) return folder;
    folder =
        make_one(folder.get(), std::string(blob.substr(start, end - start)), blob.substr(0, end));
    start = end + 1;
  }
}

Descriptor BlobFolders::make_one(int parent, const std::string& name, std::string_view path) {
  const bool is_new = make_folder_at(parent, name);
  if (!is_new && is_file_at(parent, name)) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} is a blob; it cannot be the folder of another", path));
  }
  bool is_durable = false;
  if (!is_new) {
    const std::lock_guard lock(mutex_);
    is_durable = durable_.contains(path);
  }
  if (!is_durable) {
    io::sync_file(parent, path);
    const std::lock_guard lock(mutex_);
    durable_.emplace(path);
  }
  Descriptor made = open_folder_at(parent, name);
  if (!made) throw Error(ErrorCode::Io, fmt::format("the folder {} went away", path));
  return made;
}

}  // namespace qfcsync::store
