#pragma once

#include "chunk/limits.hpp"
#include "chunk/object.hpp"
#include "chunk/zstd_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace qfcsync::chunk {

using RawBytes = std::shared_ptr<const std::string>;

/// Gives the raw bytes of objects, following their bases.
///
/// Keeps what was decoded last, because neighbours share bases. One thread at a time; the source
/// has to outlive it.
class ObjectDecoder {
 public:
  explicit ObjectDecoder(ObjectSource& objects, std::size_t cache_bytes = kPhoneCacheBytes)
      : objects_(&objects), cache_bytes_(cache_bytes) {}

  /// @return the bytes, as check_id() has found them to be
  /// @errors NotFound: no such object; Corrupt: it or one of its bases is damaged or missing, or
  ///         its depth is wrong, or it takes more than kMaxWorkBytes to decode; Io
  RawBytes decode(ObjectKind kind, const ObjectId& id);

  /// As ObjectSource::expect().
  void expect(ObjectKind kind, std::span<const ObjectId> ids) { objects_->expect(kind, ids); }

  /// Bases decoded for one object, as many as honest chains need several times over: two bases a
  /// step would allow 2^32.
  static constexpr std::uint64_t kMaxWorkBytes = std::uint64_t{1} << 30;

 private:
  struct Entry {
    ObjectKey key;
    RawBytes raw;
  };
  RawBytes decode_record(const ObjectRecord& record, std::uint64_t& work);
  std::string decode_stored(const ObjectRecord& record, std::string_view prefix);
  std::string prefix_of(const ObjectRecord& record, std::uint64_t& work);
  RawBytes cached(const ObjectKey& key);
  void keep(const ObjectKey& key, const RawBytes& raw);

  ObjectSource* objects_;
  Decompressor decompressor_;
  std::string stored_;
  std::size_t cache_bytes_;
  std::size_t kept_bytes_ = 0;
  std::list<Entry> kept_;  // last used first
  std::unordered_map<ObjectKey, std::list<Entry>::iterator, ObjectKeyHash> by_key_;
};

}  // namespace qfcsync::chunk
