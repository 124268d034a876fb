#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "io/descriptor.hpp"
#include "io/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <stdlib.h>
#include <unistd.h>

namespace qfcsync {
namespace {

/// Last bytes of the file that still wait to be written.
constexpr std::size_t kTailBytes = 256u << 10;
/// Bytes read at once around a wanted place: neighbours are wanted next.
constexpr std::size_t kWindowBytes = 64u << 10;

class Scratch : public ByteStore {
 public:
  explicit Scratch(std::size_t memory_bytes)
      : memory_bytes_(memory_bytes), tail_bytes_(std::min(memory_bytes, kTailBytes)) {}
  ~Scratch() override {
    if (fd_ >= 0) ::close(fd_);
  }

  void write(std::string_view bytes) override {
    tail_ += bytes;
    size_ += bytes.size();
    if (fd_ < 0 && tail_.size() <= memory_bytes_) return;
    if (fd_ < 0 || tail_.size() > tail_bytes_) spill();
  }

  std::uint64_t size() const override { return size_; }

  std::string_view read(std::uint64_t offset, std::size_t size,
                        std::string& buffer) const override {
    if (offset > size_ || size > size_ - offset) {
      throw Error(ErrorCode::Internal, "scratch memory is read beyond its end");
    }
    const std::uint64_t in_file = size_ - tail_.size();
    if (offset >= in_file) {
      return std::string_view(tail_).substr(static_cast<std::size_t>(offset - in_file), size);
    }
    if (offset + size <= in_file && size <= kWindowBytes) {
      load_window(offset, size, in_file);
      return buffer.assign(window_, static_cast<std::size_t>(offset - window_offset_), size);
    }
    const auto from_file =
        static_cast<std::size_t>(std::min<std::uint64_t>(size, in_file - offset));
    buffer.resize(size);
    io::read_at(fd_, offset, buffer.data(), from_file, path_);
    buffer.replace(from_file, size - from_file, tail_, 0, size - from_file);
    return buffer;
  }

 private:
  void spill() {
    if (fd_ < 0) open();
    io::write_all(fd_, tail_, path_);
    tail_.clear();
    // The bytes before there was a file, or a large piece: the tail needs no more so much.
    if (tail_.capacity() > 2 * kTailBytes) tail_.shrink_to_fit();
  }

  void open() {
    std::string name = (io::temporary_place() / "qfcsync-XXXXXX").string();
    fd_ = ::mkstemp(name.data());
    path_ = name;
    if (fd_ < 0) throw_errno("cannot create a temporary file " + name);
    ::unlink(name.c_str());  // gone with this process, whatever happens
  }

  /// Has the bytes in the window, which is only worth it for small ones.
  void load_window(std::uint64_t offset, std::size_t size, std::uint64_t in_file) const {
    if (offset >= window_offset_ && offset + size <= window_offset_ + window_.size()) return;
    window_.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(kWindowBytes, in_file - offset)));
    window_offset_ = offset;
    io::read_at(fd_, offset, window_.data(), window_.size(), path_);
  }

  std::size_t memory_bytes_;
  std::size_t tail_bytes_;  // as kTailBytes, or all memory if that is less
  int fd_ = -1;
  std::filesystem::path path_;
  std::string tail_;  // all bytes while there is no file
  std::uint64_t size_ = 0;
  mutable std::string window_;
  mutable std::uint64_t window_offset_ = 0;
};

}  // namespace

std::unique_ptr<ByteStore> make_scratch(std::size_t memory_bytes) {
  return std::make_unique<Scratch>(memory_bytes);
}

}  // namespace qfcsync
