#pragma once

#include "sqlitefile/file_header.hpp"
#include "sqlitefile/page_source.hpp"
#include "sqlitefile/pages.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

namespace qfcsync::sqlitefile {

/// The largest read, and the most that one window keeps: a window of each of two files has to fit
/// into a second-level cache.
inline constexpr std::uint32_t kWindowBytes = 128u << 10;

/// Reads pages of a database file in windows that grow while pages are asked for in the order of
/// the file and shrink where that does not pay.
///
/// Several runs of pages can be followed at once (leaves here, overflow pages there). Holds at most
/// kWindows * kWindowBytes.
///
/// @threads  one at a time per object
class PageReader final : public Pages {
 public:
  static constexpr std::size_t kWindows = 5;

  /// @param source  must outlive this
  /// @param name    of the file, for messages
  /// @errors        as read_file_header
  explicit PageReader(PageSource& source, std::string name = "database file");

  const FileHeader& header() const noexcept override { return header_; }
  const std::string& name() const noexcept override { return name_; }
  const std::uint8_t* get(std::uint32_t page) override;
  const std::uint8_t* get_held(std::uint32_t page) override {
    return get_held(page, Holder::Owner);
  }

  /// Two users of one reader may each hold a page.
  enum class Holder : std::uint8_t { Owner, Guest };
  const std::uint8_t* get_held(std::uint32_t page, Holder holder);

  /// Of the source, since this was made.
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  // The system copies a sixth faster to where a cache line begins.
  static constexpr std::align_val_t kAlignment{4096};
  struct FreeAligned {
    void operator()(std::uint8_t* bytes) const noexcept { ::operator delete[](bytes, kAlignment); }
  };
  struct Window {
    std::unique_ptr<std::uint8_t[], FreeAligned> bytes;
    std::uint32_t capacity = 0;  // pages
    std::uint32_t first = 0;     // page number
    std::uint32_t count = 0;     // pages; 0 if empty
    std::uint32_t touched = 0;   // pages asked for since it was filled
    std::uint32_t last = 0;      // page asked for last
    std::uint64_t used_at = 0;   // for finding the one that is idle longest
  };
  static constexpr std::size_t kNone = kWindows;

  std::size_t find(std::uint32_t page) const noexcept;
  std::size_t fill(std::uint32_t page);
  std::size_t run_before(std::uint32_t page) const noexcept;
  std::size_t idle_window() const noexcept;
  bool is_held(std::size_t window) const noexcept {
    return held_[0] == window || held_[1] == window;
  }
  std::uint32_t next_size(const Window& window) const noexcept;
  void read(Window& window, std::uint32_t page, std::uint32_t count);
  std::size_t window_of(std::uint32_t page);
  const std::uint8_t* touch(std::size_t window, std::uint32_t page) noexcept;

  PageSource* source_;
  std::string name_;
  FileHeader header_;
  std::uint32_t lock_byte_page_ = 0;
  std::uint32_t start_pages_ = 1;  // what a new run begins with
  std::uint32_t max_pages_ = 1;
  std::array<Window, kWindows> windows_;
  std::size_t recent_ = 0;  // window of the last call
  std::array<std::size_t, 2> held_{kNone, kNone};
  std::uint64_t clock_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace qfcsync::sqlitefile
