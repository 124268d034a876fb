#include "sqlitefile/interior_page.hpp"

namespace qfcsync::sqlitefile {
namespace {

constexpr std::uint32_t kHeaderBytes = 12;
constexpr std::uint32_t kCellCountAt = 3;
constexpr std::uint32_t kRightChildAt = 8;
constexpr std::uint32_t kChildBytes = 4;

}  // namespace

InteriorPage::InteriorPage(const Pages& pages, std::uint32_t page, const std::uint8_t* bytes)
    : pages_(&pages),
      bytes_(bytes),
      page_(page),
      begin_(btree_header_offset(page)),
      key_count_(read_u16(bytes + begin_ + kCellCountAt)) {
  if (kind_of(page, bytes) != PageKind::TableInterior) fail("not a page of a table");
  if (begin_ + kHeaderBytes + 2 * key_count_ > pages.header().usable_size) {
    fail("too many children");
  }
}

void InteriorPage::fail(std::string_view what) const {
  throw DamagedPage(pages_->name(), page_, what);
}

/// A cell has at least one byte behind its child.
const std::uint8_t* InteriorPage::cell(std::uint32_t index) const {
  const std::uint32_t offset = read_u16(bytes_ + begin_ + kHeaderBytes + std::size_t{2} * index);
  if (offset + kChildBytes >= pages_->header().usable_size) fail("a child's cell leaves the page");
  return bytes_ + offset;
}

std::uint32_t InteriorPage::child(std::uint32_t index) const {
  const std::uint32_t page =
      index == key_count_ ? read_u32(bytes_ + begin_ + kRightChildAt) : read_u32(cell(index));
  if (page == 0) fail("a child is missing");
  return page;
}

std::int64_t InteriorPage::key(std::uint32_t index) const {
  std::uint64_t key = 0;
  const std::uint8_t* end = bytes_ + pages_->header().usable_size;
  if (read_varint(cell(index) + kChildBytes, end, key) == 0) fail("a key leaves the page");
  return static_cast<std::int64_t>(key);
}

std::uint32_t InteriorPage::index_of(std::int64_t rowid) const {
  std::uint32_t index = 0;
  while (index < key_count_ && key(index) < rowid) ++index;
  return index;
}

}  // namespace qfcsync::sqlitefile
