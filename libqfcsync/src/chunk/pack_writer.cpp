#include "chunk/pack_writer.hpp"

#include <qfcsync/error.hpp>

#include "chunk/limits.hpp"

#include <algorithm>

namespace qfcsync::chunk {

PackWriter::PackWriter(ByteSink& out, std::uint32_t salt) : out_(&out) {
  write(format_pack_header(salt));
}

bool PackWriter::fits(const ObjectRecord& record) const noexcept {
  const std::uint64_t more = record.stored_bytes + pack_entry_bytes(record);
  return entries_.size() < kMaxPackObjects &&
         written_ + index_bytes_ + kPackTailBytes + more <= kMaxPackBytes;
}

void PackWriter::add(const EncodedObject& object) {
  check_record(object.record);
  if (object.stored.size() != object.record.stored_bytes) {
    throw Error(ErrorCode::Internal, "an object has other bytes than its record says");
  }
  const ObjectKey key{object.record.kind, object.record.id};
  if (by_key_.contains(key)) {
    throw Error(ErrorCode::AlreadyExists, describe(key.kind, key.id) + " is in this pack already");
  }
  if (!fits(object.record)) {
    throw Error(ErrorCode::LimitExceeded, "the pack is full; begin another one");
  }
  const std::uint64_t offset = written_;
  write(object.stored);
  by_key_.emplace(key, entries_.size());
  entries_.push_back({object.record, offset});
  index_bytes_ += pack_entry_bytes(object.record);
}

const ObjectRecord* PackWriter::find(const ObjectKey& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &entries_[found->second].record;
}

PackSummary PackWriter::finish() {
  std::ranges::sort(entries_, {}, [](const PackEntry& entry) {
    return ObjectKey{entry.record.kind, entry.record.id};
  });
  by_key_.clear();  // the places have changed
  const std::string index = format_pack_index(entries_);
  const auto objects = static_cast<std::uint32_t>(entries_.size());
  const PackTail tail{written_, index.size(), objects, sha256_id(index)};
  write(index);
  write(format_pack_tail(tail));
  return {ObjectId::from_raw(digest_.finish_raw()), written_, objects};
}

void PackWriter::write(std::string_view bytes) {
  out_->write(bytes);
  digest_.update(bytes);
  written_ += bytes.size();
}

}  // namespace qfcsync::chunk
