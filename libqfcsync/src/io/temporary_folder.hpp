#pragma once

#include <filesystem>

namespace qfcsync::io {

/// Where temporary files belong. @errors Io: there is no such place; says how to name one
std::filesystem::path temporary_place();

/// An empty folder that only we may enter, gone with all that is in it with the object.
class TemporaryFolder {
 public:
  /// @errors Io, Denied
  TemporaryFolder() : TemporaryFolder(temporary_place()) {}
  explicit TemporaryFolder(const std::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace qfcsync::io
