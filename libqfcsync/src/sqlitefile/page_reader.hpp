#pragma once

#include "sqlitefile/file_header.hpp"
#include "sqlitefile/page_source.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace qfcsync::sqlitefile {

/// The largest read, and the most that one window keeps: two of them fit into a second-level cache.
inline constexpr std::uint32_t kWindowBytes = 256u << 10;

/// Pages of a database file by number, read ahead in windows that grow while pages are asked for in
/// the order of the file and shrink where that does not pay.
///
/// Several runs of pages can be followed at once (leaves here, overflow pages there). Holds at most
/// kWindows * kWindowBytes.
///
/// @threads  one at a time per object
class PageReader {
 public:
  static constexpr std::size_t kWindows = 4;

  /// @param source  must outlive this
  /// @errors        as read_file_header
  explicit PageReader(PageSource& source);

  const FileHeader& header() const noexcept { return header_; }

  /// The bytes of a page, page_size of them.
  ///
  /// @return  valid until the next call, or the next get_held() if got by that
  /// @errors  Corrupt: there is no such page; Io
  const std::uint8_t* get(std::uint32_t page);
  const std::uint8_t* get_held(std::uint32_t page);

  /// Of the source, since this was made.
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  struct Window {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::uint32_t capacity = 0;  // pages
    std::uint32_t first = 0;     // page number, 0 if empty
    std::uint32_t count = 0;     // pages
    std::uint32_t touched = 0;   // pages asked for since it was filled
    std::uint32_t last = 0;      // page asked for last
    std::uint64_t used = 0;      // when, for finding the one that is idle longest
  };

  std::size_t find_or_fill(std::uint32_t page);
  std::size_t fill(std::uint32_t page);
  std::size_t idle_window() const noexcept;
  std::uint32_t next_size(const Window& window) const noexcept;
  const std::uint8_t* bytes_of(Window& window, std::uint32_t page) noexcept;

  PageSource* source_;
  FileHeader header_;
  std::uint32_t start_pages_ = 1;  // what a new run begins with
  std::uint32_t max_pages_ = 1;
  std::array<Window, kWindows> windows_;
  std::size_t recent_ = 0;       // window of the last call
  std::size_t held_ = kWindows;  // window that get_held() gave out, kWindows if none
  std::uint64_t clock_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace qfcsync::sqlitefile
