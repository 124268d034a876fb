#include "chunk/object_decoder.hpp"

#include <qfcsync/error.hpp>

#include <optional>
#include <utility>

namespace qfcsync::chunk {
namespace {

[[noreturn]] void fail(const ObjectRecord& record, const std::string& what) {
  throw Error(ErrorCode::Corrupt,
              describe(record.kind, record.id) + ": " + what + "; fetch it from another replica");
}

}  // namespace

RawBytes ObjectDecoder::decode(ObjectKind kind, const ObjectId& id) {
  if (RawBytes raw = ready_and_checked({kind, id})) return raw;
  const std::optional<ObjectRecord> record = objects_->find(kind, id);
  if (!record) {
    throw Error(ErrorCode::NotFound, describe(kind, id) + " is not in this store; fetch it first");
  }
  try {
    return decode_checked(*record);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
  }
  // Once more, to tell what is damaged: it itself or a base.
  forget_unchecked();
  checks_bases_ = true;
  try {
    RawBytes raw = decode_checked(*record);
    checks_bases_ = false;
    return raw;
  } catch (...) {
    checks_bases_ = false;
    throw;
  }
}

RawBytes ObjectDecoder::decode_checked(const ObjectRecord& record) {
  std::uint64_t work = 0;
  RawBytes raw = decode_record(record, work);
  if (!checks_bases_) check_id(record.kind, record.id, *raw);
  keep({record.kind, record.id}, raw, true);
  return raw;
}

RawBytes ObjectDecoder::decode_record(const ObjectRecord& record, std::uint64_t& work) {
  check_record(record);
  work += record.raw_bytes;
  if (work > kMaxWorkBytes) fail(record, "more bases than any writer uses");
  // The bases first: no stored bytes are held while a chain is followed.
  const std::string prefix = prefix_of(record, work);
  auto raw = std::make_shared<const std::string>(decode_stored(record, prefix));
  if (checks_bases_) check_id(record.kind, record.id, *raw);
  return raw;
}

std::string ObjectDecoder::prefix_of(const ObjectRecord& record, std::uint64_t& work) {
  std::string prefix;
  for (const ObjectId& id : record.bases) {
    const std::optional<ObjectRecord> base = objects_->find(record.kind, id);
    if (!base) fail(record, "its base " + id.hex() + " is missing");
    // Depths that fall at every step are also what excludes cycles.
    if (base->depth >= record.depth) fail(record, "its base " + id.hex() + " is not less deep");
    RawBytes raw = ready({record.kind, id});
    if (!raw) {
      raw = decode_record(*base, work);
      keep({record.kind, id}, raw, checks_bases_);
    }
    prefix += *raw;
  }
  return prefix;
}

std::string ObjectDecoder::decode_stored(const ObjectRecord& record, std::string_view prefix) {
  objects_->read(record, stored_);
  if (stored_.size() != record.stored_bytes) fail(record, "another number of bytes is stored");
  if (record.codec == Codec::Raw) return stored_;
  try {
    return decompressor_.decompress(stored_, prefix, record.raw_bytes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    fail(record, error.what());
  }
}

RawBytes ObjectDecoder::ready(const ObjectKey& key) {
  if (const Entry* entry = kept(key)) return entry->raw;
  RawBytes raw = at_hand_ == nullptr ? nullptr : at_hand_->find(key);
  if (raw) keep(key, raw, true);
  return raw;
}

RawBytes ObjectDecoder::ready_and_checked(const ObjectKey& key) {
  RawBytes raw = ready(key);
  Entry* entry = kept(key);
  if (entry == nullptr || entry->is_checked) return raw;
  try {
    check_id(key.kind, key.id, *raw);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    forget_unchecked();
    return nullptr;
  }
  entry->is_checked = true;
  return raw;
}

ObjectDecoder::Entry* ObjectDecoder::kept(const ObjectKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return &*found->second;
}

void ObjectDecoder::keep(const ObjectKey& key, const RawBytes& raw, bool is_checked) {
  if (raw->size() > cache_bytes_) return;
  kept_.push_front({key, raw, is_checked});
  by_key_[key] = kept_.begin();
  kept_bytes_ += raw->size();
  while (kept_bytes_ > cache_bytes_) {
    kept_bytes_ -= kept_.back().raw->size();
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

void ObjectDecoder::forget_unchecked() {
  std::erase_if(kept_, [&](const Entry& entry) {
    if (entry.is_checked) return false;
    kept_bytes_ -= entry.raw->size();
    by_key_.erase(entry.key);
    return true;
  });
}

}  // namespace qfcsync::chunk
