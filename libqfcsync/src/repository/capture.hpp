#pragma once

#include <qfcsync/stream.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace qfcsync::repository {

/// What can be told of a file from outside; equal stamps of a file that is not being written to
/// mean equal bytes. Empty when too little can be told: it is missing, changed a moment ago (clocks
/// of file systems are coarse), or has a journal with something in it.
///
/// @param now  by the clock of the file system
std::string stamp_of(const std::filesystem::path& file,
                     std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// The bytes of one moment of a file.
class Capture {
 public:
  virtual ~Capture() = default;
  virtual ByteSource& bytes() = 0;
  virtual bool is_sqlite() const = 0;
  /// When all is read. @return false: the file changed meanwhile; capture again
  virtual bool is_whole() = 0;
};

/// Holds a file still while its bytes are read.
///
/// SQLite files are read inside a transaction, with what their write-ahead log has of that moment:
/// the bytes are those that a checkpoint would leave. Writers in WAL mode are not held up, others
/// wait to commit until the capture is gone.
///
/// @errors NotFound, Denied, Busy, Io; Unsupported: no regular file
std::unique_ptr<Capture> capture(const std::filesystem::path& file);

/// The bytes of a file that nobody changes, as they are: no lock, no look at logs.
///
/// @errors NotFound, Denied, Io
std::unique_ptr<Capture> capture_still(const std::filesystem::path& file);

}  // namespace qfcsync::repository
