#include "sqlitefile/leaf_page.hpp"

#include <fmt/format.h>

namespace qfcsync::sqlitefile {
namespace {

constexpr std::uint32_t kLeafHeaderBytes = 8;
constexpr std::uint32_t kCellCountAt = 3;

}  // namespace

LeafPage::LeafPage(const Pages& pages, std::uint32_t page, const std::uint8_t* bytes)
    : pages_(&pages),
      bytes_(bytes),
      page_(page),
      usable_size_(pages.header().usable_size),
      local_(usable_size_) {
  const std::uint32_t begin = btree_header_offset(page);
  count_ = read_u16(bytes + begin + kCellCountAt);
  pointers_ = bytes + begin + kLeafHeaderBytes;
  cells_begin_ = begin + kLeafHeaderBytes + 2 * count_;
  if (cells_begin_ > usable_size_) throw DamagedPage(pages.name(), page, "too many rows");
}

void LeafPage::fail(std::uint32_t index) const {
  throw DamagedPage(pages_->name(), page_, fmt::format("row {} leaves the page", index));
}

}  // namespace qfcsync::sqlitefile
