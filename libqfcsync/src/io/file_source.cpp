#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "io/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync {

FileSource::FileSource(const std::filesystem::path& path) : path_(path) {
  if (path == "-") {
    path_ = "standard input";
    fd_ = ::dup(STDIN_FILENO);
  } else {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (fd_ < 0) throw_errno("cannot open " + path_.string());
  struct stat status {};
  if (::fstat(fd_, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd_);
    throw Error(ErrorCode::InvalidArgument, path_.string() + " is a folder; name a file");
  }
}

FileSource::~FileSource() { ::close(fd_); }

std::size_t FileSource::read(char* buffer, std::size_t size) {
  return io::read_some(fd_, buffer, size, path_);
}

}  // namespace qfcsync
