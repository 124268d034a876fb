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

/// Objects that are at hand without decoding, e.g. as pieces of a file.
class RawObjects {
 public:
  virtual ~RawObjects() = default;
  /// @return bytes that were found to have this id; nullptr if they are not there
  virtual RawBytes find(const ObjectKey& key) = 0;
};

/// Gives the raw bytes of objects, following their bases.
///
/// Keeps what was decoded last, because neighbours share bases. Bases are compared with their ids
/// only when what was made of them is wrong, to tell which one is damaged. One thread at a time;
/// the sources have to outlive it.
class ObjectDecoder {
 public:
  /// @param at_hand  asked before objects; nullptr: none
  explicit ObjectDecoder(ObjectSource& objects, std::size_t cache_bytes = kPhoneCacheBytes,
                         RawObjects* at_hand = nullptr)
      : objects_(&objects), at_hand_(at_hand), cache_bytes_(cache_bytes) {}

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
    bool is_checked = false;
  };
  RawBytes decode_checked(const ObjectRecord& record);
  RawBytes decode_record(const ObjectRecord& record, std::uint64_t& work);
  std::string decode_stored(const ObjectRecord& record, std::string_view prefix);
  std::string prefix_of(const ObjectRecord& record, std::uint64_t& work);
  /// What is there without decoding; nullptr without.
  RawBytes ready(const ObjectKey& key);
  RawBytes ready_and_checked(const ObjectKey& key);
  Entry* kept(const ObjectKey& key);
  void keep(const ObjectKey& key, const RawBytes& raw, bool is_checked);
  void forget_unchecked();

  ObjectSource* objects_;
  RawObjects* at_hand_;
  Decompressor decompressor_;
  std::string stored_;
  std::size_t cache_bytes_;
  std::size_t kept_bytes_ = 0;
  bool checks_bases_ = false;  // while the damaged one is looked for
  std::list<Entry> kept_;      // last used first
  std::unordered_map<ObjectKey, std::list<Entry>::iterator, ObjectKeyHash> by_key_;
};

}  // namespace qfcsync::chunk
