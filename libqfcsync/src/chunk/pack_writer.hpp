#pragma once

#include <qfcsync/stream.hpp>

#include "base/digest.hpp"
#include "chunk/object.hpp"
#include "chunk/pack_index.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace qfcsync::chunk {

struct PackSummary {
  ObjectId id;  ///< SHA-256 of the whole pack: its name
  std::uint64_t bytes = 0;
  std::uint32_t objects = 0;
};

/// Writes one pack, front to back: payloads as they come, the index at the end.
///
/// Bytes without a finish() are no pack; readers refuse them.
class PackWriter : public ObjectSink {
 public:
  /// @param salt  random, so that no two packs have the same name; the same salt and objects give
  ///              the same bytes
  PackWriter(ByteSink& out, std::uint32_t salt);

  /// Whether an object goes in without exceeding the limits of a pack. An empty pack takes any.
  bool fits(const ObjectRecord& record) const noexcept;

  /// @errors LimitExceeded: it does not fit; begin another pack. AlreadyExists: the pack has an
  ///         object of that name. Corrupt: no record that may be stored. As out.write()
  void add(const EncodedObject& object) override;

  /// @return what was added under that name; nullptr if nothing was
  const ObjectRecord* find(const ObjectKey& key) const;
  std::size_t objects() const noexcept { return entries_.size(); }

  /// Once, after the last add().
  PackSummary finish();

 private:
  void write(std::string_view bytes);

  ByteSink* out_;
  base::Digest digest_{base::DigestKind::Sha256};
  std::uint64_t written_ = 0;
  std::uint64_t index_bytes_ = 0;
  std::vector<PackEntry> entries_;
  std::unordered_map<ObjectKey, std::size_t, ObjectKeyHash> by_key_;
};

}  // namespace qfcsync::chunk
