#pragma once

#include "store/descriptor.hpp"

#include <string>

namespace qfcsync::store {

/// This writer's own folder below tmp/, marked as alive by a lock that dies with the process.
///
/// Making one removes those of dead writers. A lock of tmp/ itself is held meanwhile, so that no
/// one takes a folder for dead that was made but not locked yet.
class WriterFolder {
 public:
  /// @errors Io, Denied
  explicit WriterFolder(int store);
  /// Removes the folder.
  ~WriterFolder();
  WriterFolder(const WriterFolder&) = delete;
  WriterFolder& operator=(const WriterFolder&) = delete;

  int get() const { return folder_.get(); }

 private:
  void remove_dead();
  bool is_dead(const std::string& writer) const;

  Descriptor temporary_;
  Descriptor folder_;
  Descriptor lock_;
  std::string name_;
};

}  // namespace qfcsync::store
