#include "merge/change_spool.hpp"

#include <cstring>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kFlushBytes = 64u << 10;
/// Larger changes are read on their own.
constexpr std::size_t kWindowedBytes = 16u << 10;

/// Stands before each change: its size (64 bits) and its table (32 bits).
constexpr std::size_t kFrameBytes = 12;

}  // namespace

std::uint64_t ChangeSpool::append(std::uint32_t table, std::string_view raw_change) {
  const std::uint64_t offset = end();
  const std::uint64_t size = raw_change.size();
  char frame[kFrameBytes];
  std::memcpy(frame, &size, sizeof size);
  std::memcpy(frame + sizeof size, &table, sizeof table);
  waiting_.append(frame, sizeof frame);
  waiting_ += raw_change;
  if (waiting_.size() >= kFlushBytes) flush();
  return offset;
}

void ChangeSpool::flush() {
  store_->write(waiting_);
  waiting_.clear();
}

std::string_view SpoolCursor::bytes(std::uint64_t offset, std::size_t size) {
  if (size <= kWindowedBytes) return windows_.read(offset, size);
  // Copied, because a store may give views that the next read of anybody ends.
  large_.assign(store_->read(offset, size, buffer_));
  return large_;
}

void SpoolCursor::seek(std::uint64_t offset) {
  std::uint64_t size = 0;
  const std::string_view frame = bytes(offset, kFrameBytes);
  std::memcpy(&size, frame.data(), sizeof size);
  std::memcpy(&table_, frame.data() + sizeof size, sizeof table_);
  const std::size_t whole = kFrameBytes + static_cast<std::size_t>(size);
  raw_ = bytes(offset, whole).substr(kFrameBytes);
  offset_ = offset;
  next_ = offset + whole;
}

const Change& SpoolCursor::change() { return decoder_.decode_whole(raw_, (*tables_)[table_]); }

}  // namespace qfcsync::merge
