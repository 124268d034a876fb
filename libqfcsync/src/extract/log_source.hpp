#pragma once

#include "sqlitefile/page_source.hpp"

#include <cstdint>
#include <memory>
#include <vector>

struct sqlite3;
struct sqlite3_file;

namespace qfcsync::extraction {

/// Up to where the write-ahead log belongs to a snapshot.
struct LogEnd {
  std::uint32_t frames = 0;  ///< of the log; 0: all is in the file
  std::uint32_t page_size = 0;
  std::uint32_t page_count = 0;  ///< of the database at that moment
};

/// A log of more frames is left to SQLite: finding pages in it takes memory.
inline constexpr std::uint32_t kMaxLogFrames = 400'000;

/// Begins the read transaction of a connection in WAL mode anew, so that its end is known.
///
/// @return  false when it cannot be known: the index of the log is not shared, or other programs
///          write all the time. The connection is in a read transaction in any case
/// @errors  Busy, Io, Corrupt
bool pin_log(sqlite3* database, LogEnd& end);

/// The bytes of a database with what its log has of them. Other programs may append to the log and
/// copy from it to the file: frames up to the end stay as long as the read transaction, and no page
/// without such a frame is written to.
class LogSource : public sqlitefile::PageSource {
 public:
  /// @errors Io, Corrupt
  LogSource(sqlite3_file* file, sqlite3_file* log, const LogEnd& end);
  /// The same through other handles, for another thread.
  LogSource(const LogSource& other, sqlite3_file* file, sqlite3_file* log)
      : file_(file), log_(log), end_(other.end_), frames_(other.frames_) {}

  std::uint64_t size() const override;
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override;

 private:
  struct Frame {
    std::uint32_t page = 0;
    std::uint32_t number = 0;  // 1 is the first of the log
  };

  std::vector<Frame> read_frames() const;
  std::uint64_t offset_of(std::uint32_t frame) const;

  sqlite3_file* file_;
  sqlite3_file* log_;
  LogEnd end_;
  std::shared_ptr<const std::vector<Frame>> frames_;  // the last one of each page, by page
};

}  // namespace qfcsync::extraction
