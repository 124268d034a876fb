#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// A small file of this program that remembers an upload in progress, so that it can be continued
/// after a crash. While it is used it is locked: a second upload of the same blob goes without.
class UploadNote {
 public:
  /// @param folder  empty: nothing is remembered
  /// @param key     what is uploaded to where; need not be short
  /// @errors Io, Denied
  UploadNote(const std::filesystem::path& folder, std::string_view key);
  ~UploadNote();
  UploadNote(const UploadNote&) = delete;
  UploadNote& operator=(const UploadNote&) = delete;

  bool is_used() const { return fd_ >= 0; }
  /// The upload's id; "" if there is none.
  const std::string& id() const { return id_; }
  /// Durable on return. @errors Io
  void set(const std::string& id);
  void clear() noexcept;

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  std::string id_;
};

}  // namespace qfcsync::remote
