#pragma once

#include "chunk/object.hpp"
#include "chunk/pack_index.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::chunk {

/// The bytes of a pack, wherever they are.
class PackBytes {
 public:
  virtual ~PackBytes() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads exactly size bytes at an offset.
  ///
  /// @errors Io; Corrupt: the pack ends before
  virtual void read_at(std::uint64_t offset, char* buffer, std::size_t size) = 0;
};

/// A pack in memory. Does not own the bytes.
class MemoryPack : public PackBytes {
 public:
  explicit MemoryPack(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override;

 private:
  std::string_view bytes_;
};

/// Reads one pack: the index when constructed, stored bytes as they are asked for.
///
/// The hash of the index is checked, that of the pack is not: verify_pack() does. Damaged stored
/// bytes show when an object is decoded. The bytes have to outlive it; one thread at a time.
class PackReader : public ObjectSource {
 public:
  /// @errors Corrupt: no pack, or damaged; FormatTooNew; as PackBytes
  explicit PackReader(PackBytes& bytes);

  /// Sorted by kind and id.
  const std::vector<PackEntry>& entries() const noexcept { return entries_; }

  std::optional<ObjectRecord> find(ObjectKind kind, const ObjectId& id) override;
  void read(const ObjectRecord& record, std::string& stored) override;

 private:
  PackBytes* bytes_;
  std::vector<PackEntry> entries_;
};

/// The index from the end of a pack alone; what is before it is not looked at.
///
/// @return the entries by kind and id
/// @errors Corrupt: no pack, or damaged; FormatTooNew; as PackBytes
std::vector<PackEntry> read_pack_index(PackBytes& bytes);

/// Compares a whole pack with its name.
///
/// @errors Corrupt: other bytes; as PackBytes
void verify_pack(PackBytes& bytes, const ObjectId& id);

}  // namespace qfcsync::chunk
