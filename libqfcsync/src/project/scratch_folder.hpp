#pragma once

#include <filesystem>

namespace qfcsync::project {

/// A folder that is filled beside its final place and put there whole, or not at all.
class ScratchFolder {
 public:
  /// @errors InvalidArgument: target exists and is not an empty folder; Io, Denied
  explicit ScratchFolder(const std::filesystem::path& target);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Makes the content durable and moves it to its place.
  ///
  /// @errors Io; InvalidArgument: somebody else was there meanwhile
  void publish();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

}  // namespace qfcsync::project
