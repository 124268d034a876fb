#include "replace_file.hpp"

#include <qfcsync/error.hpp>

#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using qfcsync::Error;
using qfcsync::ErrorCode;

// Where SQLite locks its files.
constexpr off_t kFirstLockByte = 0x40000000;
constexpr off_t kLockBytes = 512;

/// In WAL mode a program that has the file open holds a lock all the time, else while it works.
bool is_locked(const fs::path& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kFirstLockByte;
  lock.l_len = kLockBytes;
  const bool is_known = fcntl(fd, F_GETLK, &lock) == 0;
  close(fd);
  return is_known && lock.l_type != F_UNLCK;
}

/// Compares what is written to it with a file.
class ComparingSink : public qfcsync::ByteSink {
 public:
  explicit ComparingSink(const fs::path& file) : stream_(file, std::ios::binary) {}

  void write(std::string_view bytes) override {
    room_.resize(bytes.size());
    is_same_ = is_same_ &&
               stream_.read(room_.data(), static_cast<std::streamsize>(room_.size())).good() &&
               room_ == bytes;
  }
  bool is_same() { return is_same_ && stream_.peek() == std::ifstream::traits_type::eof(); }

 private:
  std::ifstream stream_;
  std::string room_;
  bool is_same_ = true;
};

}  // namespace

bool has_pending_log(const fs::path& file) {
  for (const char* suffix : {"-wal", "-journal"}) {
    std::error_code failed;
    const auto size = fs::file_size(file.string() + suffix, failed);
    if (!failed && size != 0) return true;
  }
  return false;
}

void check_replaceable(const fs::path& file) {
  if (!has_pending_log(file) && !is_locked(file)) return;
  throw Error(ErrorCode::Busy,
              fmt::format("{} is open in another program, or was not closed properly: close it "
                          "there, then try again",
                          file.string()));
}

void put_file(WorkingFolder& folder, const std::string& version, const std::string& path,
              bool is_there) {
  const fs::path file = folder.file_of(path);
  check_replaceable(file);
  if (!is_there) {
    fs::remove(file);
    return;
  }
  fs::create_directories(file.parent_path());
  folder.repository().restore(version, path, file);
}

bool is_as_in(qfcsync::Repository& repository, const std::string& version, const std::string& path,
              const fs::path& file) {
  std::error_code failed;
  if (!fs::is_regular_file(file, failed) || has_pending_log(file)) return false;
  ComparingSink sink(file);
  repository.read(version, path, 0, 0, sink);
  return sink.is_same();
}
