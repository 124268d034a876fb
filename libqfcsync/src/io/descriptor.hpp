#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

/// Calls of the system that go on after interruptions and short counts, and say what failed.
namespace qfcsync::io {

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

/// @return bytes read; 0 only at the end. @errors Io
std::size_t read_some(int fd, char* buffer, std::size_t size, const std::filesystem::path& path);

/// @errors Io: also a full disk
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Reads exactly size bytes at an offset. @errors Io
void read_at(int fd, std::uint64_t offset, char* buffer, std::size_t size,
             const std::filesystem::path& path);

/// @errors Io
void sync_file(int fd, const std::filesystem::path& path);

/// Makes what others wrote into a file durable. @errors Io
void sync_file(const std::filesystem::path& path);

/// Makes the names in a folder durable; "" is the current one. @errors Io
void sync_folder(const std::filesystem::path& folder);

/// What a path leads to. A symbolic link keeps leading to the file when that is replaced.
std::filesystem::path resolved(const std::filesystem::path& path);

}  // namespace qfcsync::io
