#include "repository/capture.hpp"

#include <qfcsync/error.hpp>

#include "extract/snapshot.hpp"
#include "gpkg/database_copy.hpp"
#include "gpkg/read_copy.hpp"
#include "io/descriptor.hpp"
#include "io/temporary_folder.hpp"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

/// Coarser than the clock of any file system (FAT counts in steps of two seconds).
constexpr std::int64_t kSettledSeconds = 3;

struct Seen {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const Seen&) const = default;
};

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Seen seen_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

std::optional<Seen> look_at(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return seen_of(status);
}

bool has_journal(const fs::path& file) {
  return std::ranges::any_of(std::initializer_list{"-wal", "-journal"}, [&](const char* suffix) {
    return gpkg::state_of(gpkg::beside(file, suffix)).size > 0;
  });
}

io::Descriptor open_file(const fs::path& file) {
  io::Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) throw_errno("cannot read " + file.string());
  return descriptor;
}

/// A file that no database engine watches over: it is looked at before and after.
class PlainCapture : public Capture, private ByteSource {
 public:
  explicit PlainCapture(const fs::path& file) : file_(file), descriptor_(open_file(file)) {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) throw_errno("cannot look at " + file.string());
    before_ = seen_of(status);
  }

  ByteSource& bytes() override { return *this; }
  bool is_sqlite() const override { return false; }
  bool is_whole() override { return read_bytes_ == before_.size && look_at(file_) == before_; }

 private:
  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t count = io::read_some(descriptor_.get(), buffer, size, file_);
    read_bytes_ += static_cast<off_t>(count);
    return count;
  }

  fs::path file_;
  io::Descriptor descriptor_;
  Seen before_;
  off_t read_bytes_ = 0;
};

class SqliteCapture : public Capture, private ByteSource {
 public:
  explicit SqliteCapture(const fs::path& file) : snapshot_(file) {
    if (snapshot_.has_bytes()) return;
    // Only SQLite knows this state: its log is not shared with us, or too long.
    folder_.emplace();
    const fs::path copy = folder_->path() / "copy";
    gpkg::copy_database(snapshot_.handle(), copy);
    copy_.emplace(copy);
  }

  ByteSource& bytes() override {
    if (copy_) return *copy_;
    return *this;
  }
  bool is_sqlite() const override { return true; }
  bool is_whole() override {
    try {
      snapshot_.check_unchanged();
      return true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Busy) throw;
      return false;
    }
  }

 private:
  std::size_t read(char* buffer, std::size_t size) override {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, snapshot_.size() - at_));
    if (size > 0) snapshot_.source().read_at(at_, buffer, size);
    at_ += size;
    return size;
  }

  extraction::Snapshot snapshot_;
  std::optional<io::TemporaryFolder> folder_;
  std::optional<FileSource> copy_;
  std::uint64_t at_ = 0;
};

class StillCapture : public Capture {
 public:
  explicit StillCapture(const fs::path& file) : source_(file) {}
  ByteSource& bytes() override { return source_; }
  bool is_sqlite() const override { return false; }
  bool is_whole() override { return true; }

 private:
  FileSource source_;
};

}  // namespace

std::string stamp_of(const fs::path& file, std::chrono::system_clock::time_point now) {
  const std::optional<Seen> seen = look_at(file);
  if (!seen || has_journal(file)) return {};
  const std::int64_t now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const std::int64_t newest = std::max(seen->modified_ns, seen->changed_ns);
  if (now_ns - newest < kSettledSeconds * 1'000'000'000) return {};
  return fmt::format("{}:{}:{}:{}:{}", seen->device, seen->inode, seen->size, seen->modified_ns,
                     seen->changed_ns);
}

std::unique_ptr<Capture> capture(const fs::path& file) {
  std::error_code failed;
  const fs::file_status status = fs::status(file, failed);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw Error(ErrorCode::Unsupported, file.string() + " is no regular file; only those are kept");
  }
  // SQLite looks first: opening a database beside it would take away the locks of this process.
  try {
    return std::make_unique<SqliteCapture>(file);
  } catch (const Error& error) {
    // No database, an encrypted or a damaged one: its bytes are versioned as they are.
    const bool is_other =
        error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::Unsupported ||
        error.code() == ErrorCode::SchemaMismatch || error.code() == ErrorCode::LimitExceeded;
    if (!is_other) throw;
  }
  return std::make_unique<PlainCapture>(file);
}

std::unique_ptr<Capture> capture_still(const fs::path& file) {
  return std::make_unique<StillCapture>(file);
}

}  // namespace qfcsync::repository
