#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "io/descriptor.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace qfcsync {
namespace {

constexpr std::size_t kSinkBytes = 64u << 10;

bool is_device_or_pipe(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::InvalidArgument, path.string() + " is a folder; name a file");
  }
  return !S_ISREG(status.st_mode);
}

/// New files get the rights of the file they replace, else the usual ones.
mode_t mode_for(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0666;
}

}  // namespace

FileSink::FileSink(const std::filesystem::path& path) : path_(path), part_(path) {
  if (path == "-") {
    part_ = path_ = "standard output";
    fd_ = ::dup(STDOUT_FILENO);
  } else if (is_device_or_pipe(path)) {
    fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    path_ = io::resolved(path);
    static_assert(sizeof(void*) <= sizeof(std::uint64_t));
    // Unique in this process and among processes: two writers of one name do not meet.
    part_ = fmt::format("{}.{}-{:x}.part", path_.string(), ::getpid(),
                        reinterpret_cast<std::uintptr_t>(this));
    fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_for(path_));
  }
  if (fd_ < 0) throw_errno(fmt::format("cannot write {}", path_.string()));
}

FileSink::~FileSink() {
  if (fd_ >= 0) ::close(fd_);
  if (fd_ >= 0 && part_ != path_) ::unlink(part_.c_str());
}

void FileSink::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kSinkBytes) flush();
  if (bytes.size() > kSinkBytes) return io::write_all(fd_, bytes, path_);
  buffer_ += bytes;
}

void FileSink::flush() {
  io::write_all(fd_, buffer_, path_);
  buffer_.clear();
}

void FileSink::publish() {
  flush();
  if (part_ == path_) return;
  io::sync_file(fd_, path_);
  if (std::rename(part_.c_str(), path_.c_str()) != 0) {
    throw_errno("cannot write " + path_.string());
  }
  ::close(fd_);
  fd_ = -1;
  io::sync_folder(path_.parent_path());
}

}  // namespace qfcsync
