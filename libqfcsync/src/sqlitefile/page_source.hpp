#pragma once

#include <cstddef>
#include <cstdint>

namespace qfcsync::sqlitefile {

/// The bytes of a database file that holds still while they are read.
class PageSource {
 public:
  virtual ~PageSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads exactly size bytes at an offset.
  ///
  /// @errors Io; Corrupt: the file ends before
  virtual void read_at(std::uint64_t offset, char* buffer, std::size_t size) = 0;
};

}  // namespace qfcsync::sqlitefile
