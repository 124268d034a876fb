#pragma once

#include "chunk/object_id.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::chunk {

/// How an object is stored. On disk: never renumbered; docs/formats/pack.md.
enum class Codec : std::uint8_t { Raw = 0, Zstd = 1, ZstdDelta = 2 };

/// What is known of a stored object without its bytes.
struct ObjectRecord {
  ObjectKind kind = ObjectKind::Chunk;
  ObjectId id;
  Codec codec = Codec::Raw;
  std::uint8_t depth = 0;  ///< 0 without bases, else more than that of every base
  std::uint32_t raw_bytes = 0;
  std::uint32_t stored_bytes = 0;
  std::vector<ObjectId>
      bases;  ///< of the same kind; their raw bytes, in this order, are the prefix

  bool operator==(const ObjectRecord&) const = default;
};

/// Whether a record is one that a writer makes: sizes, depth and bases that fit the codec.
///
/// @errors Corrupt
void check_record(const ObjectRecord& record);

struct EncodedObject {
  ObjectRecord record;
  std::string stored;
};

/// All objects that can be read now, whatever packs they are in.
class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  virtual std::optional<ObjectRecord> find(ObjectKind kind, const ObjectId& id) = 0;
  /// The stored bytes of an object that find() gave.
  ///
  /// @errors NotFound: it is gone; Corrupt, Io
  virtual void read(const ObjectRecord& record, std::string& stored) = 0;
  /// Says which objects will be read next, in that order, their bases as needed: a source that
  /// fetches from afar can do it in few requests. What is not there is passed over.
  virtual void expect(ObjectKind kind, std::span<const ObjectId> ids) {
    static_cast<void>(kind), static_cast<void>(ids);
  }
};

/// Where new objects go, in the order in which they will be read.
///
/// An ObjectSource used beside it has to find what was added, so that nothing is stored twice.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  /// @errors as the sink says
  virtual void add(const EncodedObject& object) = 0;
};

}  // namespace qfcsync::chunk
