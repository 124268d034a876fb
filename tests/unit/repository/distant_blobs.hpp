#pragma once

#include "history/root.hpp"
#include "unit/repository/repository_fixture.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace qfcsync::test {

/// A store that says it is behind a network, and notes what is read of it.
class DistantBlobs : public BlobStore {
 public:
  explicit DistantBlobs(std::shared_ptr<BlobStore> store, std::string place = "far away")
      : store_(std::move(store)), place_(std::move(place)) {}

  std::optional<BlobInfo> stat(std::string_view name) override {
    note("stat", name);
    return store_->stat(name);
  }
  void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
            ByteSink& sink) override {
    note("read", name);
    MemorySink bytes;
    store_->read(name, offset, length, bytes);
    std::string_view rest = bytes.bytes();
    std::size_t count = rest.size();
    {
      const std::lock_guard lock(mutex_);
      if (breaks_after < count) count = std::exchange(breaks_after, std::string::npos);
      ranges_[std::string(name)].emplace_back(offset, offset + count);
    }
    sink.write(rest.substr(0, count));
    if (count < rest.size()) throw Error(ErrorCode::Network, "the line went dead");
  }
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    note("create", name);
    return store_->create(name, data, size);
  }
  std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                             std::size_t limit) override {
    note("list", prefix);
    return store_->list(prefix, after, limit);
  }
  void remove(std::string_view name) override {
    note("remove", name);
    store_->remove(name);
  }
  BlobLimits limits() override {
    BlobLimits limits = store_->limits();
    limits.network_place = place_;
    return limits;
  }

  /// "read roots/..." and so on, since the last call.
  std::vector<std::string> take_requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }
  /// Bytes of packs that were read more than once.
  std::uint64_t twice_read() {
    const std::lock_guard lock(mutex_);
    std::uint64_t twice = 0;
    for (auto& [name, ranges] : ranges_) {
      if (!name.starts_with(history::kPackPrefix)) continue;
      std::ranges::sort(ranges);
      std::uint64_t end = 0;
      for (const auto& [from, to] : ranges) {
        if (from < end) twice += std::min(end, to) - from;
        end = std::max(end, to);
      }
    }
    return twice;
  }

  /// The next read breaks off after so many bytes.
  std::size_t breaks_after = std::string::npos;

 private:
  void note(std::string_view what, std::string_view name) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::string(what) + ' ' + std::string(name));
  }

  std::shared_ptr<BlobStore> store_;
  std::string place_;
  std::mutex mutex_;  // guards what follows, and breaks_after
  std::vector<std::string> requests_;
  std::map<std::string, std::vector<std::pair<std::uint64_t, std::uint64_t>>> ranges_;
};

}  // namespace qfcsync::test
