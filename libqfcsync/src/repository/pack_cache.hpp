#pragma once

#include <qfcsync/blob_store.hpp>

#include "chunk/pack_reader.hpp"
#include "history/root.hpp"
#include "repository/blob_pack.hpp"
#include "repository/pack_extents.hpp"

#include <cstdint>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace qfcsync::repository {

/// What lies between two wanted pieces is fetched, too, when it is not more.
inline constexpr std::uint64_t kGapBytes = 256u << 10;
/// One request fetches at most so much; less where it stays in memory.
inline constexpr std::uint64_t kMostRunBytes = 16u << 20;
inline constexpr std::uint64_t kMostRunBytesInMemory = 4u << 20;
/// What nobody said would be wanted is fetched with some of what follows it.
inline constexpr std::uint64_t kUnexpectedBytes = 64u << 10;
/// Requests that go ahead of what is read, in threads of their own.
inline constexpr std::size_t kRunsAhead = 2;

/// Bytes of a pack that will be read.
struct PackRange {
  chunk::ObjectId pack;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Reads packs of a store. Of one behind a network each byte is fetched once, in few requests, and
/// kept; packs of other stores are read where they are.
///
/// Thread-safe. The store has to outlive it.
class PackCache {
 public:
  /// @param folder  for what is kept; empty: in memory
  PackCache(BlobStore& store, const std::filesystem::path& folder);
  /// Waits for requests under way.
  ~PackCache();
  PackCache(const PackCache&) = delete;
  PackCache& operator=(const PackCache&) = delete;

  /// Whether the store is behind a network.
  bool is_remote() const { return extents_.has_value(); }

  /// Sizes of packs that will be read.
  void set_packs(std::span<const history::RootPack> packs);

  /// Exactly size bytes from an offset. @errors Corrupt: the pack ends before; as BlobStore::read
  void read(const chunk::ObjectId& pack, std::uint64_t offset, char* buffer, std::size_t size);

  /// What will be read next, in that order: it takes the place of what was expected before.
  void expect(std::span<const PackRange> ranges);

  /// Takes in a pack that this program has written to the store.
  void keep(const chunk::ObjectId& pack, const ByteStore& bytes);

  /// The same for the indexes of packs that are not known yet.
  void expect_indexes(std::span<const history::RootPack> packs);

  /// A pack to read from its beginning to its end.
  std::unique_ptr<chunk::PackBytes> open(const history::RootPack& pack);
  /// The objects of a pack, from its end. @errors as chunk::read_pack_index
  std::vector<chunk::PackEntry> entries(const history::RootPack& pack);

  /// Forgets all that is kept. Must not be called while others read.
  void clear();

 private:
  /// One request, made or to be made.
  struct Run {
    chunk::ObjectId pack;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::size_t order = 0;             // of the first use
    std::shared_future<void> fetched;  // valid: it is under way or done
  };
  using Runs = std::vector<std::shared_ptr<Run>>;
  using Lock = std::unique_lock<std::mutex>;

  std::uint64_t size_of(const chunk::ObjectId& pack) const;
  std::uint64_t most_run_bytes() const;
  void add_runs(const chunk::ObjectId& pack, std::vector<Run>& wanted, Runs& runs) const;
  Run unexpected_run(const chunk::ObjectId& pack, std::uint64_t offset, std::size_t size) const;
  void fetch_for(Lock& lock, const chunk::ObjectId& pack, std::uint64_t offset, std::size_t size);
  void start(Run& run);
  void go_ahead(const chunk::ObjectId& pack, std::uint64_t offset);
  std::size_t run_at(const chunk::ObjectId& pack, std::uint64_t offset) const;
  void fetch(const chunk::ObjectId& pack, std::uint64_t begin, std::uint64_t end);
  void wait_for_all();

  BlobStore* store_;
  mutable std::mutex mutex_;  // guards all below
  std::optional<PackExtents> extents_;
  std::map<chunk::ObjectId, std::uint64_t> sizes_;
  Runs plan_;  // in the order of use
};

}  // namespace qfcsync::repository
