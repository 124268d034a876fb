#include "merge/change_spool.hpp"

#include <algorithm>
#include <cstring>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kFlushBytes = 64u << 10;
/// Read around a wanted change: both sides list their changes in the same order, so that
/// neighbours are wanted next.
constexpr std::size_t kWindowBytes = 32u << 10;

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
  const bool is_inside =
      offset >= window_offset_ && offset + size <= window_offset_ + window_.size();
  if (!is_inside) {
    const auto rest = store_->size() - offset;
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(rest, std::max<std::uint64_t>(size, kWindowBytes)));
    // Copied, because a store may give views that its next read ends.
    window_.assign(store_->read(offset, wanted, buffer_));
    window_offset_ = offset;
  }
  return std::string_view(window_).substr(static_cast<std::size_t>(offset - window_offset_), size);
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
