#include "data_folder_lock.hpp"

#include <qfcsync/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace qfcsync::server {

DataFolderLock::DataFolderLock(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  fd_ = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) throw_errno("cannot open the data folder " + folder.string());
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    throw Error(ErrorCode::Busy, fmt::format("another qfcsync-server serves {}: stop it first, or "
                                             "choose another folder with --data",
                                             folder.string()));
  }
}

DataFolderLock::~DataFolderLock() { ::close(fd_); }

}  // namespace qfcsync::server
