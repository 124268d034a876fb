#pragma once

#include <cstdint>

namespace qfcsync::test {

/// What happens at the n-th operation that changes a file.
enum class Fault {
  None,       ///< nothing; the operations are counted
  DiskFull,   ///< half of the bytes are written, then there is no room
  IoError,    ///< nothing is written
  Kill,       ///< half of the bytes are written, then the process is gone
  PowerLoss,  ///< likewise, and whatever was not synced is gone, too
};

/// A file layer below SQLite that breaks on demand: writes, truncations, syncs and deletions of
/// all files that are opened while it is there count from 1. It is SQLite's default meanwhile.
///
/// One at a time in a process. The files must be closed before it goes.
class FaultVfs {
 public:
  /// @param at  which operation; 0: none. Later operations fail likewise, but do not kill
  FaultVfs(Fault fault, std::uint64_t at);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  /// Operations so far.
  std::uint64_t operations() const;
};

}  // namespace qfcsync::test
