#include "repository/pack_cache.hpp"

#include <qfcsync/error.hpp>

#include "repository/blob_pack.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace qfcsync::repository {
namespace {

/// Pieces can go again before they are read, when many threads read at once; then without keeping.
constexpr int kMaxFetches = 4;
constexpr std::size_t kCopyBytes = 256u << 10;
constexpr const char* kShort = " ends before what is read from it; fetch it anew";

class BufferSink : public ByteSink {
 public:
  BufferSink(char* buffer, std::size_t size) : at_(buffer), left_(size) {}
  void write(std::string_view bytes) override {
    const std::size_t count = std::min(left_, bytes.size());
    std::memcpy(at_, bytes.data(), count);
    at_ += count;
    left_ -= count;
  }

 private:
  char* at_;
  std::size_t left_;
};

class CachedPack : public chunk::PackBytes {
 public:
  CachedPack(PackCache& cache, const history::RootPack& pack) : cache_(cache), pack_(pack) {}
  std::uint64_t size() const override { return pack_.bytes; }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    cache_.read(pack_.id, offset, buffer, size);
  }

 private:
  PackCache& cache_;
  history::RootPack pack_;
};

}  // namespace

PackCache::PackCache(BlobStore& store, const std::filesystem::path& folder) : store_(&store) {
  if (!store.limits().network_place.empty()) extents_.emplace(folder);
}

PackCache::~PackCache() { wait_for_all(); }

void PackCache::wait_for_all() {
  Runs runs;
  {
    const Lock lock(mutex_);
    runs = plan_;
  }
  for (const auto& run : runs) {
    if (run->fetched.valid()) run->fetched.wait();
  }
}

void PackCache::clear() {
  wait_for_all();
  const Lock lock(mutex_);
  plan_.clear();
  if (extents_) extents_->clear();
}

void PackCache::set_packs(std::span<const history::RootPack> packs) {
  const Lock lock(mutex_);
  sizes_.clear();
  for (const history::RootPack& pack : packs) sizes_.emplace(pack.id, pack.bytes);
}

std::uint64_t PackCache::size_of(const chunk::ObjectId& pack) const {
  const auto found = sizes_.find(pack);
  return found == sizes_.end() ? 0 : found->second;
}

std::uint64_t PackCache::most_run_bytes() const {
  return extents_->is_in_memory() ? kMostRunBytesInMemory : kMostRunBytes;
}

void PackCache::read(const chunk::ObjectId& pack, std::uint64_t offset, char* buffer,
                     std::size_t size) {
  if (is_remote()) {
    Lock lock(mutex_);
    const std::uint64_t whole = size_of(pack);
    if (whole > 0 && (offset > whole || size > whole - offset)) {
      throw Error(ErrorCode::Corrupt, history::pack_name(pack) + kShort);
    }
    for (int fetches = 0; size > 0 && fetches < kMaxFetches;) {
      const std::size_t count = extents_->read(pack, offset, buffer, size);
      if (count == 0) {
        ++fetches;
        fetch_for(lock, pack, offset, size);
        continue;
      }
      go_ahead(pack, offset);
      fetches = 0;
      offset += count;
      buffer += count;
      size -= count;
    }
  }
  if (size == 0) return;
  BufferSink sink(buffer, size);
  store_->read(history::pack_name(pack), offset, size, sink);
}

std::size_t PackCache::run_at(const chunk::ObjectId& pack, std::uint64_t offset) const {
  const auto found = std::ranges::find_if(plan_, [&](const auto& run) {
    return run->pack == pack && run->begin <= offset && offset < run->end;
  });
  return static_cast<std::size_t>(found - plan_.begin());
}

/// Keeps requests under way for what comes after a place that is being read.
void PackCache::go_ahead(const chunk::ObjectId& pack, std::uint64_t offset) {
  const std::size_t at = run_at(pack, offset);
  const std::size_t end = std::min(plan_.size(), at + 1 + kRunsAhead);
  for (std::size_t i = at; i < end; ++i) start(*plan_[i]);
}

void PackCache::fetch_for(Lock& lock, const chunk::ObjectId& pack, std::uint64_t offset,
                          std::size_t size) {
  const std::size_t at = run_at(pack, offset);
  std::shared_ptr<Run> run;
  if (at < plan_.size()) {
    go_ahead(pack, offset);
    run = plan_[at];
  } else {
    run = std::make_shared<Run>(unexpected_run(pack, offset, size));
  }
  const std::shared_future<void> fetched = run->fetched;
  lock.unlock();
  if (fetched.valid()) {
    fetched.wait();
  } else {
    fetch(run->pack, run->begin, run->end);
  }
  lock.lock();
  // What is missing of it from now on went away again, and is fetched by itself.
  std::erase(plan_, run);
  if (fetched.valid()) fetched.get();
}

void PackCache::start(Run& run) {
  if (run.fetched.valid()) return;
  try {
    run.fetched = std::async(std::launch::async, [this, pack = run.pack, begin = run.begin,
                                                  end = run.end] { fetch(pack, begin, end); });
  } catch (const std::system_error&) {
    return;  // no more threads: whoever needs it fetches it
  }
}

void PackCache::fetch(const chunk::ObjectId& pack, std::uint64_t begin, std::uint64_t end) {
  ExtentSink sink(extents_->folder());
  const auto keep_it = [&] {
    const Lock lock(mutex_);
    extents_->keep(pack, begin, sink);
  };
  try {
    store_->read(history::pack_name(pack), begin, end - begin, sink);
  } catch (const Error&) {
    keep_it();  // the next try goes on where this one ended
    throw;
  }
  keep_it();
}

PackCache::Run PackCache::unexpected_run(const chunk::ObjectId& pack, std::uint64_t offset,
                                         std::size_t size) const {
  const std::uint64_t whole = size_of(pack);
  Run run{pack, offset, offset + size, 0, {}};
  if (whole > 0 && whole < kWholePackBytes) {
    run.begin = extents_->missing_from(pack, 0);
    while (run.begin <= offset) {
      run.end = extents_->next_piece(pack, run.begin, whole);
      if (offset < run.end) return run;
      run.begin = extents_->missing_from(pack, run.end);
    }
    run.begin = offset;
  } else if (whole > 0) {
    run.end = std::min(whole, std::max(run.end, offset + kUnexpectedBytes));
  }
  run.end = extents_->next_piece(pack, offset, run.end);
  return run;
}

void PackCache::expect(std::span<const PackRange> ranges) {
  if (!is_remote()) return;
  wait_for_all();  // what is here by then is not fetched again
  const Lock lock(mutex_);
  plan_.clear();
  std::map<chunk::ObjectId, std::vector<Run>> wanted;
  std::size_t order = 0;
  for (const PackRange& range : ranges) {
    wanted[range.pack].push_back(
        {range.pack, range.offset, range.offset + range.size, order++, {}});
  }
  Runs runs;
  for (auto& [pack, ranges_of_pack] : wanted) add_runs(pack, ranges_of_pack, runs);
  std::ranges::sort(runs, {}, [](const auto& run) { return run->order; });
  plan_.insert(plan_.end(), runs.begin(), runs.end());
}

/// Puts what is missing of a pack together into requests.
void PackCache::add_runs(const chunk::ObjectId& pack, std::vector<Run>& wanted, Runs& runs) const {
  const std::uint64_t whole = size_of(pack);
  const bool is_small = whole > 0 && whole < kWholePackBytes;
  if (is_small && extents_->next_piece(pack, 0, whole) == whole) {
    wanted.front().begin = 0;
    wanted.front().end = whole;
    wanted.resize(1);
  }
  std::ranges::sort(wanted, {}, &Run::begin);
  std::shared_ptr<Run> last;
  for (const Run& range : wanted) {
    const std::uint64_t begin = last ? std::max(range.begin, last->end) : range.begin;
    for (std::uint64_t at = extents_->missing_from(pack, begin); at < range.end;) {
      const std::uint64_t end =
          std::min(extents_->next_piece(pack, at, range.end), at + most_run_bytes());
      const bool joins = last && at <= last->end + kGapBytes &&
                         end <= last->begin + most_run_bytes() &&
                         extents_->next_piece(pack, last->begin, end) == end;
      if (joins) {
        last->end = std::max(last->end, end);
        last->order = std::min(last->order, range.order);
      } else {
        last = std::make_shared<Run>(range);
        last->begin = at;
        last->end = end;
        runs.push_back(last);
      }
      at = extents_->missing_from(pack, end);
    }
  }
}

void PackCache::keep(const chunk::ObjectId& pack, const ByteStore& bytes) {
  if (!is_remote()) return;
  try {
    const Lock lock(mutex_);
    sizes_[pack] = bytes.size();
    std::string buffer;
    for (std::uint64_t begin = 0; begin < bytes.size();) {
      const std::uint64_t end = std::min(bytes.size(), begin + most_run_bytes());
      ExtentSink sink(extents_->folder());
      for (std::uint64_t at = begin; at < end;) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, end - at));
        sink.write(bytes.read(at, count, buffer));
        at += count;
      }
      extents_->keep(pack, begin, sink);
      begin = end;
    }
  } catch (const Error&) {
    return;  // it is in the store, and is fetched when it is needed
  }
}

std::unique_ptr<chunk::PackBytes> PackCache::open(const history::RootPack& pack) {
  if (!is_remote()) {
    return std::make_unique<BlobPack>(*store_, history::pack_name(pack.id), pack.bytes);
  }
  {
    const Lock lock(mutex_);
    sizes_[pack.id] = pack.bytes;
  }
  const PackRange all{pack.id, 0, pack.bytes};
  expect({&all, 1});
  return std::make_unique<CachedPack>(*this, pack);
}

void PackCache::expect_indexes(std::span<const history::RootPack> packs) {
  std::vector<PackRange> ends;
  for (const history::RootPack& pack : packs) {
    const std::uint64_t end = pack.bytes < kWholePackBytes ? pack.bytes : kPackEndBytes;
    ends.push_back({pack.id, pack.bytes - end, end});
  }
  expect(ends);
}

std::vector<chunk::PackEntry> PackCache::entries(const history::RootPack& pack) {
  if (!is_remote()) {
    BlobPack bytes(*store_, history::pack_name(pack.id), pack.bytes);
    return chunk::PackReader(bytes).entries();
  }
  CachedPack bytes(*this, pack);
  return chunk::read_pack_index(bytes);
}

}  // namespace qfcsync::repository
