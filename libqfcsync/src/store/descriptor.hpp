#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Files relative to an open folder: no path is looked up twice, and no symbolic link is followed.
namespace qfcsync::store {

/// An open file or folder; closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Opens a folder of a folder. @return empty if absent
/// @errors Denied: a symbolic link or no folder; Io
Descriptor open_folder_at(int folder, const std::string& name);

/// Creates a folder if it is missing. @return whether it was missing. @errors Io, Denied
bool make_folder_at(int folder, const std::string& name);

/// @errors Io
void sync(int fd, std::string_view what);

/// @errors Io, Denied
void write_all(int fd, std::string_view bytes, std::string_view what);

/// Removes a folder with all files and folders in it; symbolic links are removed, not followed.
void remove_tree_at(int folder, const std::string& name);

/// Throws for errno: a symbolic link or a file in place of a folder is Denied.
[[noreturn]] void throw_at(std::string_view tried, std::string_view name);

}  // namespace qfcsync::store
