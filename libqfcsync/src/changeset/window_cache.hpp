#pragma once

#include <qfcsync/stream.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace qfcsync::changeset {

/// Reads small pieces of a store in a few runs that go forward side by side, each through a window,
/// so that the store is asked rarely. The store may grow meanwhile.
class WindowCache {
 public:
  explicit WindowCache(const ByteStore& store) : store_(store) {}

  /// @return valid until the next call or the store's next write
  std::string_view read(std::uint64_t offset, std::size_t size) {
    if (size > kWindowBytes / 4) return store_.read(offset, size, large_);
    for (Window& window : windows_) {
      if (window.holds(offset, size)) {
        window.used = ++clock_;
        return std::string_view(window.bytes)
            .substr(static_cast<std::size_t>(offset - window.begin), size);
      }
    }
    return load(offset, size);
  }

 private:
  static constexpr std::size_t kWindows = 8;
  static constexpr std::size_t kWindowBytes = 64u << 10;

  struct Window {
    std::uint64_t begin = 0;
    std::string bytes;
    std::uint64_t used = 0;

    bool holds(std::uint64_t offset, std::size_t size) const {
      return offset >= begin && offset + size <= begin + bytes.size();
    }
  };

  std::string_view load(std::uint64_t offset, std::size_t size) {
    Window* oldest = &windows_[0];
    for (Window& window : windows_) {
      if (window.used < oldest->used) oldest = &window;
    }
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kWindowBytes, store_.size() - offset));
    const std::string_view bytes = store_.read(offset, count, oldest->bytes);
    if (bytes.data() != oldest->bytes.data()) oldest->bytes.assign(bytes);
    oldest->begin = offset;
    oldest->used = ++clock_;
    return std::string_view(oldest->bytes).substr(0, size);
  }

  const ByteStore& store_;
  std::array<Window, kWindows> windows_;
  std::string large_;
  std::uint64_t clock_ = 0;
};

}  // namespace qfcsync::changeset
