#pragma once

#include <qfcsync/stream.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync {

/// What a store knows of one blob.
struct BlobInfo {
  std::string name;
  std::uint64_t size = 0;
  std::chrono::system_clock::time_point modified;  ///< by the store's clock
};

enum class Created : std::uint8_t {
  Created,  ///< it is there now, durable
  Exists,   ///< somebody else's blob of that name is there; it was not touched
};

struct BlobLimits {
  std::uint64_t max_blob_bytes = 0;
  /// Whether two creators of one name can be told apart: proven by a probe at set-up. Without it
  /// a store may serve one writer only.
  bool has_exclusive_create = false;
  /// Of a store behind a network: where it is, without secrets. Each call costs a round trip there,
  /// so that a repository reads few large pieces and keeps them. Empty: the store is near.
  std::string network_place = {};
  /// Blobs had better not be larger: an upload that broke off begins anew. 0: any size is fine.
  std::uint64_t handy_bytes = 0;
};

/// Longest name of a blob, and longest part of a name between slashes.
inline constexpr std::size_t kMaxBlobNameBytes = 512;
inline constexpr std::size_t kMaxBlobNamePartBytes = 200;
/// Most that list() gives at once, whatever is asked for.
inline constexpr std::size_t kMaxBlobsListed = 10'000;

/// Write-once store of named blobs: the one interface to folders, buckets and WebDAV collections.
///
/// A name is relative; its parts between slashes are made of [a-z0-9._-] and do not begin with a
/// dot. "tmp" and "cache" as first part belong to the store. A name is never the folder of
/// another: with "a" there is no "a/b". A blob never changes; it is there completely or not at
/// all. All methods may be called concurrently.
///
/// @errors of all: Io, Network, Timeout, Busy, Denied, InvalidArgument (the name)
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  /// @return nothing if absent
  virtual std::optional<BlobInfo> stat(std::string_view name) = 0;

  /// Bytes [offset, offset + length) into the sink; length 0 means to the end.
  ///
  /// @errors NotFound; Corrupt: the blob is shorter. The sink may have got a part of the bytes.
  virtual void read(std::string_view name, std::uint64_t offset, std::uint64_t length,
                    ByteSink& sink) = 0;

  /// Creates a blob atomically; never replaces. Durable on return, also when it existed.
  ///
  /// @param data  need not be read when the name is taken
  /// @param size  bytes that the source will give
  /// @errors      LimitExceeded: larger than limits() allow; InvalidArgument: the source gave
  ///              fewer or more bytes; nothing is created then
  virtual Created create(std::string_view name, ByteSource& data, std::uint64_t size) = 0;

  /// Blobs whose names begin with the prefix and come after a name, in byte order, at most limit
  /// and kMaxBlobsListed. Nothing means that there are no more.
  virtual std::vector<BlobInfo> list(std::string_view prefix, std::string_view after,
                                     std::size_t limit) = 0;

  /// Removes a blob; absent is success. It may be back after a power failure.
  virtual void remove(std::string_view name) = 0;

  virtual BlobLimits limits() = 0;
};

/// A store in memory, for tests and short-lived work.
std::unique_ptr<BlobStore> make_memory_blobs();

/// A store in a folder, which is created if missing.
///
/// Blobs are written to tmp/, synced and linked to their name, which fails when the name is taken;
/// no reader sees half a blob, and half-written ones of dead processes are removed by the next
/// opener. Symbolic links inside the folder are not followed.
///
/// @errors Io, Denied; Unsupported: the file system knows no exclusive creation
std::unique_ptr<BlobStore> open_folder_blobs(const std::filesystem::path& folder);

}  // namespace qfcsync
