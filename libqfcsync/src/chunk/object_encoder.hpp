#pragma once

#include "chunk/object.hpp"
#include "chunk/object_decoder.hpp"
#include "chunk/zstd_codec.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::chunk {

/// Two-base deltas stand on bases below this depth only: 2^8 bases at most are then decoded for
/// one object, and kMaxDepth more.
inline constexpr std::uint8_t kMaxSharedDepth = 8;

/// What is decided about an object before it is compressed; for that no store is needed.
struct EncodePlan {
  ObjectRecord record;  ///< codec and stored size are open; bases and depth are those of a delta
  std::string prefix;   ///< the raw bytes of the bases
};

/// Decides how an object is stored. One thread at a time; source and decoder have to outlive it.
class ObjectEncoder {
 public:
  ObjectEncoder(ObjectSource& objects, ObjectDecoder& decoder)
      : objects_(&objects), decoder_(&decoder) {}

  /// A delta where that is below a quarter of the raw size, else compressed where that saves a
  /// sixteenth, else raw.
  ///
  /// Bases at the greatest depth are replaced by the roots of their chains. A base that is missing
  /// or damaged is left out: the object then does not depend on it.
  ///
  /// @param bases  at most two ids of the same kind, in the order of the prefix; empty allowed
  /// @errors       LimitExceeded: raw is empty or above the limit of its kind; Io
  EncodedObject encode(ObjectKind kind, const ObjectId& id, std::string_view raw,
                       std::span<const ObjectId> bases);

  /// The two halves of encode(): the first one reads the bases, the second one may run on any
  /// thread that has the compressor for itself.
  EncodePlan plan(ObjectKind kind, const ObjectId& id, std::string_view raw,
                  std::span<const ObjectId> bases);
  static EncodedObject compress(const EncodePlan& plan, std::string_view raw,
                                Compressor& compressor);

 private:
  std::optional<ObjectRecord> usable_base(ObjectKind kind, const ObjectId& id,
                                          std::uint8_t below_depth);

  ObjectSource* objects_;
  ObjectDecoder* decoder_;
  Compressor compressor_;
};

}  // namespace qfcsync::chunk
