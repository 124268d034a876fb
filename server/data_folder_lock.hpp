#pragma once

#include <filesystem>

namespace qfcsync::server {

/// Held by the one process that works with a data folder: two would remove each other's
/// half-written contents.
class DataFolderLock {
 public:
  /// @errors Busy: another process has it
  explicit DataFolderLock(const std::filesystem::path& folder);
  ~DataFolderLock();
  DataFolderLock(const DataFolderLock&) = delete;
  DataFolderLock& operator=(const DataFolderLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace qfcsync::server
