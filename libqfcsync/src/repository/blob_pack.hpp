#pragma once

#include <qfcsync/blob_store.hpp>

#include "chunk/pack_reader.hpp"

#include <cstdint>
#include <string>

namespace qfcsync::repository {

/// Packs below this are read whole, of others the end first: that is where the index is.
inline constexpr std::uint64_t kWholePackBytes = 1u << 20;
inline constexpr std::uint64_t kPackEndBytes = 64u << 10;

/// The bytes of a pack in a store. Keeps its end, so that an index costs one or two requests.
class BlobPack : public chunk::PackBytes {
 public:
  /// @param size  in bytes, as a root has it
  /// @errors      NotFound; Corrupt: the pack is shorter; as BlobStore::read
  BlobPack(BlobStore& store, std::string name, std::uint64_t size);

  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override;

 private:
  BlobStore* store_;
  std::string name_;
  std::uint64_t size_;
  std::string end_;
};

/// Reads bytes of a blob into memory. @errors as BlobStore::read
std::string read_blob(BlobStore& store, std::string_view name, std::uint64_t offset = 0,
                      std::uint64_t length = 0);

}  // namespace qfcsync::repository
