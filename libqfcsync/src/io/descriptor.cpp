#include "io/descriptor.hpp"

#include <qfcsync/error.hpp>

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace qfcsync::io {
namespace {

void sync_opened(const std::filesystem::path& path, int flags) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  if (!opened) throw_errno("cannot open " + path.string());
  sync_file(opened.get(), path);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::size_t read_some(int fd, char* buffer, std::size_t size, const std::filesystem::path& path) {
  for (;;) {
    const ssize_t count = ::read(fd, buffer, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_errno("cannot read " + path.string());
  }
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      throw_errno("cannot write " + path.string());
    }
  }
}

void read_at(int fd, std::uint64_t offset, char* buffer, std::size_t size,
             const std::filesystem::path& path) {
  while (size > 0) {
    const ssize_t count = ::pread(fd, buffer, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("cannot read " + path.string());
    if (count == 0) throw Error(ErrorCode::Io, path.string() + " is shorter than it was");
    buffer += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

void sync_file(int fd, const std::filesystem::path& path) {
  if (::fsync(fd) != 0) throw_errno("cannot write " + path.string());
}

void sync_file(const std::filesystem::path& path) { sync_opened(path, 0); }

void sync_folder(const std::filesystem::path& folder) {
  sync_opened(folder.empty() ? std::filesystem::path(".") : folder, O_DIRECTORY);
}

std::filesystem::path resolved(const std::filesystem::path& path) {
  std::error_code failed;
  const auto target = std::filesystem::canonical(path, failed);
  return failed ? path : target;
}

}  // namespace qfcsync::io
