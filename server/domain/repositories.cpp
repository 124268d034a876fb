#include "domain/repositories.hpp"

#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace qfcsync::server {
namespace fs = std::filesystem;
namespace {

/// Decoded pieces that one reader keeps: a chain of deltas of the greatest length.
constexpr std::size_t kReaderBytes = 8u << 20;
/// Packs can be exchanged under a reader; twice in a row within one read is rare already.
constexpr int kMaxReadAttempts = 4;
constexpr const char* kCacheFolder = "cache";

/// Ends long work at the next blob when the process has to end.
class StoppableBlobs final : public BlobStore {
 public:
  StoppableBlobs(std::unique_ptr<BlobStore> blobs, const std::atomic<bool>& is_stopped)
      : blobs_(std::move(blobs)), is_stopped_(is_stopped) {}

  std::optional<BlobInfo> stat(std::string_view name) override { return checked().stat(name); }
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override {
    checked().read(name, offset, length, sink);
  }
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    return checked().create(name, data, size);
  }
  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override {
    return checked().list(prefix, after, limit);
  }
  void remove(std::string_view name) override { checked().remove(name); }
  BlobLimits limits() override { return blobs_->limits(); }

 private:
  BlobStore& checked() {
    if (is_stopped_) throw Error(ErrorCode::Cancelled, "the server stops");
    return *blobs_;
  }

  std::unique_ptr<BlobStore> blobs_;
  const std::atomic<bool>& is_stopped_;
};

class SpanSink final : public ByteSink {
 public:
  explicit SpanSink(std::span<char> buffer) : rest_(buffer) {}
  void write(std::string_view bytes) override {
    std::copy(bytes.begin(), bytes.end(), rest_.begin());
    rest_ = rest_.subspan(bytes.size());
  }

 private:
  std::span<char> rest_;
};

/// A folder that a killed process made may not have reached the disk yet.
void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw_errno("cannot open the folder " + folder.string());
  const bool is_synced = ::fsync(fd) == 0;
  const int reason = errno;
  ::close(fd);
  errno = reason;
  if (!is_synced) throw_errno("cannot sync the folder " + folder.string());
}

bool is_exchanged(const Error& error) {
  return error.code() == ErrorCode::NotFound || error.code() == ErrorCode::Corrupt;
}

}  // namespace

/// Counts a reader of a content as long as it lives.
class Repositories::Pin {
 public:
  Pin(Repositories& owner, std::string project_id, std::string sha256)
      : owner_(owner), key_(std::move(project_id), std::move(sha256)) {
    const std::lock_guard lock(owner_.mutex_);
    ++owner_.readers_[key_];
  }
  ~Pin() {
    const std::lock_guard lock(owner_.mutex_);
    const auto found = owner_.readers_.find(key_);
    if (--found->second == 0) owner_.readers_.erase(found);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  const std::string& sha256() const { return key_.second; }

 private:
  Repositories& owner_;
  const std::pair<std::string, std::string> key_;
};

class Repositories::Reader final : public ObjectReader {
 public:
  Reader(Repositories& owner, const std::string& project_id, const std::string& sha256)
      : pin_(owner, project_id, sha256), repository_(owner.find(project_id)) {
    const auto content = repository_ ? repository_->content(sha256) : std::nullopt;
    if (!content) {
      throw Error(ErrorCode::NotFound, fmt::format("there is no stored content {}", sha256));
    }
    size_ = content->size;
  }

  std::uint64_t size() const override { return size_; }

  std::size_t read_at(std::uint64_t offset, std::span<char> buffer) const override {
    const std::uint64_t rest = size_ - std::min(offset, size_);
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), rest);
    if (wanted == 0) return 0;
    const std::lock_guard lock(mutex_);
    for (int attempt = 1;; ++attempt) {
      try {
        SpanSink sink(buffer.first(wanted));
        repository_->read_content(pin_.sha256(), offset, wanted, sink);
        return wanted;
      } catch (const Error& error) {
        if (!is_exchanged(error) || attempt == kMaxReadAttempts) throw;
      }
    }
  }

 private:
  const Pin pin_;
  mutable std::mutex mutex_;
  mutable std::optional<Repository> repository_;  // guarded by mutex_
  std::uint64_t size_ = 0;
};

std::optional<Repository> Repositories::find(const std::string& project_id) {
  const fs::path folder = folder_ / project_id;
  if (!fs::is_directory(folder)) return std::nullopt;
  RepositoryOptions options;
  options.cache = folder / kCacheFolder;
  options.decoded_bytes = kReaderBytes;
  try {
    return Repository::open(open_folder_blobs(folder), options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound) throw;
    return std::nullopt;  // killed while it was made
  }
}

Repository Repositories::open_to_write(const std::string& project_id) {
  const fs::path folder = folder_ / project_id;
  RepositoryOptions options;
  options.cache = folder / kCacheFolder;
  const auto blobs = std::make_shared<StoppableBlobs>(open_folder_blobs(folder), is_stopped_);
  sync_folder(folder_);
  sync_folder(folder_.parent_path());
  try {
    return Repository::open(blobs, options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound) throw;
    return Repository::init(blobs, options);
  }
}

std::unique_ptr<ObjectReader> Repositories::read(const std::string& project_id,
                                                 const std::string& sha256) {
  return std::make_unique<Reader>(*this, project_id, sha256);
}

bool Repositories::is_read(const std::string& project_id, std::string_view sha256) const {
  const std::lock_guard lock(mutex_);
  return readers_.contains({project_id, std::string(sha256)});
}

bool Repositories::remove(const std::string& project_id) {
  {
    const std::lock_guard lock(mutex_);
    const auto first = readers_.lower_bound({project_id, ""});
    if (first != readers_.end() && first->first.first == project_id) return false;
  }
  fs::remove_all(folder_ / project_id);
  return true;
}

}  // namespace qfcsync::server
