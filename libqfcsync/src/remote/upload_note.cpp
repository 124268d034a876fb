#include "remote/upload_note.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "io/descriptor.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace qfcsync::remote {
namespace {

/// Ids of uploads are below that everywhere; a longer file is none of ours.
constexpr std::size_t kMaxIdBytes = 4096;

std::string read_id(int fd, const std::filesystem::path& path) {
  std::array<char, kMaxIdBytes> buffer{};
  std::string id;
  while (const std::size_t count = io::read_some(fd, buffer.data(), buffer.size(), path)) {
    id.append(buffer.data(), count);
    if (id.size() > kMaxIdBytes) return {};
  }
  // The newline is written last: without it the writer was killed.
  if (!id.ends_with('\n')) return {};
  id.pop_back();
  return id;
}

}  // namespace

UploadNote::UploadNote(const std::filesystem::path& folder, std::string_view key) {
  if (folder.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  path_ = folder / (base::sha256_hex(key) + ".upload");
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0) throw_errno("cannot open " + path_.string());
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd_);
    fd_ = -1;
    return;
  }
  id_ = read_id(fd_, path_);
}

UploadNote::~UploadNote() {
  if (fd_ < 0) return;
  if (id_.empty()) ::unlink(path_.c_str());
  ::close(fd_);
}

void UploadNote::set(const std::string& id) {
  if (fd_ < 0) return;
  if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) {
    throw_errno("cannot write " + path_.string());
  }
  io::write_all(fd_, id + "\n", path_);
  io::sync_file(fd_, path_);
  io::sync_folder(path_.parent_path());
  id_ = id;
}

void UploadNote::clear() noexcept { id_.clear(); }

}  // namespace qfcsync::remote
