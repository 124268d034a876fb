#pragma once

#include "sqlitefile/big_endian.hpp"
#include "sqlitefile/pages.hpp"
#include "sqlitefile/varint.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace qfcsync::sqlitefile {

enum class PageKind : std::uint8_t { TableInterior = 0x05, TableLeaf = 0x0d };

/// Page 1 begins with the file header.
inline constexpr std::uint32_t btree_header_offset(std::uint32_t page) noexcept {
  return page == 1 ? kFileHeaderBytes : 0;
}

inline PageKind kind_of(std::uint32_t page, const std::uint8_t* bytes) noexcept {
  return static_cast<PageKind>(bytes[btree_header_offset(page)]);
}

/// One row as it is stored: what of its payload lies in the leaf, and where the rest begins.
struct Cell {
  std::int64_t rowid = 0;
  std::uint64_t payload_size = 0;
  const std::uint8_t* local = nullptr;  ///< in the leaf
  std::uint32_t local_size = 0;
  std::uint32_t overflow = 0;  ///< first overflow page, 0 if all is local
  std::uint32_t page = 0;      ///< the leaf
};

/// How much of a payload stays in the leaf of a table; from the usable size alone.
class LocalPayload {
 public:
  explicit constexpr LocalPayload(std::uint32_t usable_size) noexcept
      : largest_(usable_size - 35),
        smallest_((usable_size - 12) * 32 / 255 - 23),
        step_(usable_size - 4) {}

  constexpr std::uint32_t largest() const noexcept { return largest_; }
  constexpr std::uint32_t size_of(std::uint64_t payload_size) const noexcept {
    if (payload_size <= largest_) return static_cast<std::uint32_t>(payload_size);
    const std::uint64_t kept = smallest_ + (payload_size - smallest_) % step_;
    return kept <= largest_ ? static_cast<std::uint32_t>(kept) : smallest_;
  }

 private:
  std::uint32_t largest_;
  std::uint32_t smallest_;
  std::uint32_t step_;
};

/// A leaf of a table's b-tree. Does not own the bytes.
class LeafPage {
 public:
  LeafPage() = default;
  /// @param bytes  of a page whose kind is TableLeaf
  /// @errors       DamagedPage: the header does not fit the page
  LeafPage(const Pages& pages, std::uint32_t page, const std::uint8_t* bytes);

  std::uint32_t page() const noexcept { return page_; }
  std::uint32_t count() const noexcept { return count_; }
  const std::uint8_t* bytes() const noexcept { return bytes_; }

  /// Whether a row of this leaf goes on in overflow pages; true also where cells leave the page.
  bool may_overflow() const noexcept {
    for (std::uint32_t i = 0; i < count_; ++i) {
      const std::uint32_t offset = read_u16(pointers_ + std::size_t{2} * i);
      if (offset + 2 > usable_size_) return true;
      const std::uint8_t* at = bytes_ + offset;
      if (at[0] < 0x80) continue;  // less than any local limit
      if (at[1] >= 0x80 || ((at[0] & 0x7fu) << 7 | at[1]) > local_.largest()) return true;
    }
    return false;
  }

  /// A row as it is stored, sizes and rowid included, if all of it lies in this leaf; else empty.
  std::string_view whole_cell(std::uint32_t index) const noexcept {
    const std::uint32_t offset = read_u16(pointers_ + std::size_t{2} * index);
    // Two bytes of size, nine of rowid: no check needed for each of them.
    constexpr std::uint32_t kMaxHeadBytes = 2 + kMaxVarintBytes;
    if (offset < cells_begin_ || offset + kMaxHeadBytes > usable_size_) return {};
    const std::uint8_t* at = bytes_ + offset;
    std::uint32_t size = at[0];
    std::uint32_t head = 1;
    if (size >= 0x80) {
      if (at[1] >= 0x80) return {};
      size = (size & 0x7fu) << 7 | at[1];
      head = 2;
    }
    const std::uint32_t last = head + kMaxVarintBytes - 1;
    while (head < last && at[head] >= 0x80) ++head;
    size += ++head;
    if (size - head > local_.largest() || offset + size > usable_size_) return {};
    return {reinterpret_cast<const char*>(at), size};
  }
  bool cell_begins_with(std::uint32_t index, std::string_view bytes) const noexcept {
    const std::uint32_t offset = read_u16(pointers_ + std::size_t{2} * index);
    return offset >= cells_begin_ && offset + bytes.size() <= usable_size_ &&
           std::memcmp(bytes_ + offset, bytes.data(), bytes.size()) == 0;
  }

  /// @param index  below count()
  /// @errors       DamagedPage: the cell leaves the page
  Cell cell(std::uint32_t index) const {
    const std::uint32_t offset = read_u16(pointers_ + std::size_t{2} * index);
    // SQLite never makes a cell smaller than this.
    constexpr std::uint32_t kMinCellBytes = 4;
    const std::uint8_t* end = bytes_ + usable_size_;
    const std::uint8_t* at = bytes_ + offset;
    if (offset < cells_begin_ || offset + kMinCellBytes > usable_size_) fail(index);
    Cell cell;
    cell.page = page_;
    std::uint64_t rowid = 0;
    at += short_varint(at, end, cell.payload_size, index);
    at += short_varint(at, end, rowid, index);
    cell.rowid = static_cast<std::int64_t>(rowid);
    cell.local = at;
    cell.local_size = local_.size_of(cell.payload_size);
    const bool has_overflow = cell.local_size < cell.payload_size;
    const std::size_t needed = cell.local_size + (has_overflow ? sizeof(std::uint32_t) : 0);
    if (needed > static_cast<std::size_t>(end - at)) fail(index);
    if (has_overflow) cell.overflow = overflow_of(at + cell.local_size, index);
    return cell;
  }

 private:
  std::size_t short_varint(const std::uint8_t* at, const std::uint8_t* end, std::uint64_t& value,
                           std::uint32_t index) const {
    if (end - at >= 2) {
      if (at[0] < 0x80) {
        value = at[0];
        return 1;
      }
      if (at[1] < 0x80) {
        value = (at[0] & 0x7fu) << 7 | at[1];
        return 2;
      }
    }
    const std::size_t taken = read_varint(at, end, value);
    if (taken == 0) fail(index);
    return taken;
  }
  std::uint32_t overflow_of(const std::uint8_t* bytes, std::uint32_t index) const {
    const std::uint32_t page = read_u32(bytes);
    if (page == 0) fail(index);
    return page;
  }
  [[noreturn]] void fail(std::uint32_t index) const;

  const Pages* pages_ = nullptr;
  const std::uint8_t* bytes_ = nullptr;
  const std::uint8_t* pointers_ = nullptr;
  std::uint32_t page_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t cells_begin_ = 0;
  std::uint32_t usable_size_ = 0;
  LocalPayload local_{512};
};

}  // namespace qfcsync::sqlitefile
