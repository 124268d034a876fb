#include "sqlitefile/page_reader.hpp"

#include <algorithm>
#include <utility>

namespace qfcsync::sqlitefile {
namespace {

constexpr std::uint32_t kStartBytes = 8u << 10;
// Pages of others between two of ours are read along up to this; reading more would cost more than
// a further call.
constexpr std::uint32_t kGapBytes = 64u << 10;
// A window of which less than a quarter was of use makes the next one smaller.
constexpr std::uint32_t kPoorShare = 4;

}  // namespace

PageReader::PageReader(PageSource& source, std::string name)
    : source_(&source), name_(std::move(name)), header_(read_file_header(source)) {
  lock_byte_page_ = lock_byte_page(header_);
  start_pages_ = std::max(1u, kStartBytes / header_.page_size);
  max_pages_ = std::max(1u, kWindowBytes / header_.page_size);
}

std::size_t PageReader::find(std::uint32_t page) const noexcept {
  for (std::size_t i = 0; i < kWindows; ++i) {
    if (page - windows_[i].first < windows_[i].count) return i;
  }
  return kNone;
}

std::size_t PageReader::window_of(std::uint32_t page) {
  if (page == 0 || page > header_.page_count || page == lock_byte_page_) {
    throw DamagedPage(name_, page, "another page refers to it, but it cannot hold data");
  }
  if (page - windows_[recent_].first < windows_[recent_].count) return recent_;
  const std::size_t found = find(page);
  return found != kNone ? found : fill(page);
}

const std::uint8_t* PageReader::touch(std::size_t index, std::uint32_t page) noexcept {
  Window& window = windows_[index];
  window.touched += window.last != page ? 1 : 0;
  window.last = page;
  window.used_at = ++clock_;
  recent_ = index;
  return window.bytes.get() + std::size_t{page - window.first} * header_.page_size;
}

const std::uint8_t* PageReader::get(std::uint32_t page) { return touch(window_of(page), page); }

const std::uint8_t* PageReader::get_held(std::uint32_t page, Holder holder) {
  std::size_t& held = held_[static_cast<std::size_t>(holder)];
  held = kNone;
  const std::size_t window = window_of(page);
  held = window;
  return touch(window, page);
}

/// The window whose run goes on at a page.
std::size_t PageReader::run_before(std::uint32_t page) const noexcept {
  const std::uint32_t gap = std::max(1u, kGapBytes / header_.page_size);
  for (std::size_t i = 0; i < kWindows; ++i) {
    const Window& window = windows_[i];
    if (window.count > 0 && page - (window.first + window.count) < gap) return i;
  }
  return kNone;
}

std::size_t PageReader::idle_window() const noexcept {
  std::size_t idle = kNone;
  for (std::size_t i = 0; i < kWindows; ++i) {
    if (is_held(i)) continue;
    if (idle == kNone || windows_[i].used_at < windows_[idle].used_at) idle = i;
  }
  return idle;
}

std::uint32_t PageReader::next_size(const Window& window) const noexcept {
  if (window.touched * kPoorShare < window.count) return std::max(1u, window.count / 2);
  return std::min(max_pages_, window.count * 2);
}

std::size_t PageReader::fill(std::uint32_t page) {
  const std::size_t before = run_before(page);
  const std::uint32_t wanted = before == kNone ? start_pages_ : next_size(windows_[before]);
  const std::size_t index = before == kNone || is_held(before) ? idle_window() : before;
  // The run goes on in the new window, not in two.
  if (before != kNone && before != index) windows_[before].used_at = 0;
  read(windows_[index], page, std::min(wanted, header_.page_count - page + 1));
  return index;
}

void PageReader::read(Window& window, std::uint32_t page, std::uint32_t count) {
  window.count = 0;  // should reading fail
  if (window.capacity < count) {
    window.bytes.reset();
    window.capacity = 0;
    window.bytes.reset(new (kAlignment) std::uint8_t[std::size_t{count} * header_.page_size]);
    window.capacity = count;
  }
  const std::size_t size = std::size_t{count} * header_.page_size;
  source_->read_at(std::uint64_t{page - 1} * header_.page_size,
                   reinterpret_cast<char*>(window.bytes.get()), size);
  bytes_read_ += size;
  window.first = page;
  window.count = count;
  window.touched = 0;
  window.last = 0;
}

}  // namespace qfcsync::sqlitefile
