#include "extract/log_source.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/edit_statement.hpp"
#include "gpkg/read_file.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include <sqlite3.h>

// The layout of the log and of its index is that of "WAL-mode File Format" in SQLite's
// documentation.

namespace qfcsync::extraction {
namespace {

constexpr std::uint64_t kLogHeaderBytes = 32;
constexpr std::uint64_t kFrameHeaderBytes = 24;

// The index: its header twice, then how far the log is copied into the file.
constexpr int kIndexBytes = 32 * 1024;
constexpr std::size_t kIndexHeaderBytes = 48;
constexpr std::size_t kCopiedOffset = 2 * kIndexHeaderBytes;
constexpr std::size_t kVersionOffset = 0;
constexpr std::uint32_t kIndexVersion = 3'007'000;
constexpr std::size_t kPageSizeOffset = 14;
constexpr std::size_t kFramesOffset = 16;
constexpr std::size_t kPageCountOffset = 20;
constexpr std::uint32_t kLargestPageBytes = 65'536;  // written as 1

/// Commits of other programs that may come between two looks at the index.
constexpr int kMaxAttempts = 20;

using IndexHeader = std::array<char, kIndexHeaderBytes>;

template <typename T>
T number_at(const char* bytes) {
  T number = 0;
  std::memcpy(&number, bytes, sizeof number);  // in the order of the machine
  return number;
}

/// The memory that all programs share for a log; nullptr when this connection shares none.
const char* index_of(sqlite3* database) {
  sqlite3_file* file = gpkg::file_of(database);
  if (file->pMethods->iVersion < 2) return nullptr;
  volatile void* memory = nullptr;
  if (file->pMethods->xShmMap(file, 0, kIndexBytes, 0, &memory) != SQLITE_OK) return nullptr;
  return static_cast<const char*>(const_cast<const void*>(memory));
}

/// False while a writer is at it.
bool read_header(const char* index, IndexHeader& header) {
  IndexHeader second;
  std::memcpy(header.data(), index, header.size());
  std::atomic_thread_fence(std::memory_order_seq_cst);
  std::memcpy(second.data(), index + kIndexHeaderBytes, second.size());
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return header == second;
}

std::uint32_t read_copied(const char* index) {
  const auto copied = number_at<std::uint32_t>(index + kCopiedOffset);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return copied;
}

LogEnd end_of(const IndexHeader& header, std::uint32_t copied) {
  LogEnd end;
  end.frames = number_at<std::uint32_t>(header.data() + kFramesOffset);
  const std::uint32_t page_size = number_at<std::uint16_t>(header.data() + kPageSizeOffset);
  end.page_size = page_size == 1 ? kLargestPageBytes : page_size;
  end.page_count = number_at<std::uint32_t>(header.data() + kPageCountOffset);
  // All is in the file. SQLite has locked that then, not the log, which may begin anew.
  if (copied >= end.frames) end.frames = 0;
  return end;
}

void begin_anew(sqlite3* database) {
  gpkg::edit::execute(database, "COMMIT; BEGIN; SELECT count(*) FROM sqlite_schema");
}

}  // namespace

bool pin_log(sqlite3* database, LogEnd& end) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const char* index = index_of(database);
    if (index == nullptr) return false;
    IndexHeader before;
    const bool is_whole = read_header(index, before);
    begin_anew(database);
    index = index_of(database);
    if (index == nullptr) return false;
    // In this order: who lets the log begin anew changes the header first, then this number.
    const std::uint32_t copied = read_copied(index);
    IndexHeader after;
    if (!read_header(index, after) || !is_whole || before != after) continue;
    if (number_at<std::uint32_t>(after.data() + kVersionOffset) != kIndexVersion) return false;
    end = end_of(after, copied);
    return end.frames <= kMaxLogFrames;
  }
  return false;
}

LogSource::LogSource(sqlite3_file* file, sqlite3_file* log, const LogEnd& end)
    : file_(file),
      log_(log),
      end_(end),
      frames_(std::make_shared<const std::vector<Frame>>(read_frames())) {}

std::vector<LogSource::Frame> LogSource::read_frames() const {
  std::vector<Frame> frames;
  frames.reserve(end_.frames);
  for (std::uint32_t number = 1; number <= end_.frames; ++number) {
    std::array<char, 4> bytes;
    gpkg::read_at(log_, offset_of(number), bytes.data(), bytes.size());
    std::uint32_t page = 0;
    for (const char byte : bytes) page = page << 8 | static_cast<unsigned char>(byte);
    frames.push_back({page, number});
  }
  std::sort(frames.begin(), frames.end(), [](const Frame& a, const Frame& b) {
    return a.page != b.page ? a.page < b.page : a.number > b.number;
  });
  const auto same_page = [](const Frame& a, const Frame& b) { return a.page == b.page; };
  frames.erase(std::unique(frames.begin(), frames.end(), same_page), frames.end());
  return frames;
}

std::uint64_t LogSource::offset_of(std::uint32_t frame) const {
  return kLogHeaderBytes + (frame - 1) * (kFrameHeaderBytes + std::uint64_t{end_.page_size});
}

std::uint64_t LogSource::size() const { return std::uint64_t{end_.page_count} * end_.page_size; }

void LogSource::read_at(std::uint64_t offset, char* buffer, std::size_t size) {
  while (size > 0) {
    const auto page = static_cast<std::uint32_t>(offset / end_.page_size) + 1;
    const std::uint64_t in_page = offset % end_.page_size;
    const auto logged = std::lower_bound(
        frames_->begin(), frames_->end(), page,
        [](const Frame& frame, std::uint32_t wanted) { return frame.page < wanted; });
    std::size_t part = size;
    if (logged != frames_->end() && logged->page == page) {
      part = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_.page_size - in_page));
      gpkg::read_at(log_, offset_of(logged->number) + kFrameHeaderBytes + in_page, buffer, part);
    } else {
      if (logged != frames_->end()) {
        const std::uint64_t next = std::uint64_t{logged->page - 1} * end_.page_size;
        part = static_cast<std::size_t>(std::min<std::uint64_t>(size, next - offset));
      }
      // The log may make the database longer than the file; the lock-byte page is in neither.
      gpkg::read_at(file_, offset, buffer, part, gpkg::BeyondEnd::Zeros);
    }
    offset += part;
    buffer += part;
    size -= part;
  }
}

}  // namespace qfcsync::extraction
