#include <qfcsync/blob_store.hpp>
#include <qfcsync/error.hpp>

#include "store/blob_name.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace qfcsync {
namespace {

constexpr std::uint64_t kMaxMemoryBlobBytes = 1u << 30;

struct Stored {
  std::string bytes;
  std::chrono::system_clock::time_point modified;
};

BlobInfo info_of(const std::string& name, const Stored& stored) {
  return {name, stored.bytes.size(), stored.modified};
}

class MemoryBlobs final : public BlobStore {
 public:
  std::optional<BlobInfo> stat(std::string_view name) override {
    store::check_blob_name(name);
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(name);
    if (found == blobs_.end()) return std::nullopt;
    return info_of(found->first, *found->second);
  }

  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override {
    store::check_blob_name(name);
    const auto stored = find(name);
    if (stored == nullptr) {
      throw Error(ErrorCode::NotFound, "there is no blob " + std::string(name));
    }
    const std::string_view bytes = stored->bytes;
    const auto count = store::bytes_to_read(name, bytes.size(), offset, length);
    sink.write(bytes.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(count)));
  }

  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    store::check_blob_name(name);
    if (size > kMaxMemoryBlobBytes) {
      throw Error(ErrorCode::LimitExceeded, "too large for memory: blob " + std::string(name));
    }
    auto stored = std::make_shared<Stored>();
    stored->bytes.resize(static_cast<std::size_t>(size));
    store::SizedSource source(name, data, size);
    source.read(stored->bytes.data(), stored->bytes.size());
    source.expect_end();
    stored->modified = std::chrono::system_clock::now();
    const std::lock_guard lock(mutex_);
    refuse_folders(name);
    const bool is_new = blobs_.emplace(std::string(name), std::move(stored)).second;
    return is_new ? Created::Created : Created::Exists;
  }

  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override {
    store::check_blob_prefix(prefix);
    limit = std::min(limit, kMaxBlobsListed);
    std::vector<BlobInfo> found;
    const std::lock_guard lock(mutex_);
    auto next = prefix > after ? blobs_.lower_bound(prefix) : blobs_.upper_bound(after);
    for (; next != blobs_.end() && found.size() < limit; ++next) {
      if (!next->first.starts_with(prefix)) break;
      found.push_back(info_of(next->first, *next->second));
    }
    return found;
  }

  void remove(std::string_view name) override {
    store::check_blob_name(name);
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(name);
    if (found != blobs_.end()) blobs_.erase(found);
  }

  BlobLimits limits() override { return {kMaxMemoryBlobBytes, true}; }

 private:
  std::shared_ptr<const Stored> find(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(name);
    return found == blobs_.end() ? nullptr : found->second;
  }

  /// What a folder could not hold is refused here too, so that tests in memory find it.
  void refuse_folders(std::string_view name) const {
    const std::string folder = std::string(name) + '/';
    const auto below = blobs_.lower_bound(folder);
    bool is_bad = below != blobs_.end() && below->first.starts_with(folder);
    for (std::size_t end = name.find('/'); end != std::string_view::npos && !is_bad;
         end = name.find('/', end + 1)) {
      is_bad = blobs_.contains(name.substr(0, end));
    }
    if (!is_bad) return;
    throw Error(ErrorCode::InvalidArgument,
                "a blob cannot be the folder of another: " + std::string(name));
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Stored>, std::less<>> blobs_;
};

}  // namespace

std::unique_ptr<BlobStore> make_memory_blobs() { return std::make_unique<MemoryBlobs>(); }

}  // namespace qfcsync
