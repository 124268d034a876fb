#include "sqlitefile/leaf_walk.hpp"

namespace qfcsync::sqlitefile {
namespace {

constexpr std::size_t kMaxDepth = 20;  // SQLite's own limit
constexpr std::uint32_t kInteriorHeaderBytes = 12;
constexpr std::uint32_t kCellCountAt = 3;
constexpr std::uint32_t kRightChildAt = 8;
constexpr std::uint32_t kChildBytes = 4;

}  // namespace

LeafWalk::LeafWalk(Pages& pages, std::uint32_t root) : pages_(&pages), root_(root) {}

bool LeafWalk::next(LeafPage& leaf) {
  for (std::uint32_t page = next_page(); page != 0; page = next_page()) {
    const std::uint8_t* bytes = pages_->get_held(page);
    if (++visits_ > pages_->header().page_count) {
      throw DamagedPage(pages_->name(), page, "the table's tree goes round in circles");
    }
    const auto kind = static_cast<PageKind>(bytes[btree_header_offset(page)]);
    if (kind == PageKind::TableLeaf) {
      leaf = LeafPage(*pages_, page, bytes);
      return true;
    }
    if (kind != PageKind::TableInterior) {
      throw DamagedPage(pages_->name(), page, "not a page of a table");
    }
    descend(page, bytes);
  }
  return false;
}

/// The page to look at next, 0 at the end.
std::uint32_t LeafWalk::next_page() {
  if (visits_ == 0) return root_;
  while (depth_ > 0) {
    Level& level = levels_[depth_ - 1];
    if (level.next <= level.count) {
      const std::uint32_t page = child(level);
      ++level.next;
      return page;
    }
    --depth_;
  }
  return 0;
}

void LeafWalk::descend(std::uint32_t page, const std::uint8_t* bytes) {
  if (depth_ == kMaxDepth) throw DamagedPage(pages_->name(), page, "the table's tree is too deep");
  if (depth_ == levels_.size()) levels_.emplace_back();
  const FileHeader& header = pages_->header();
  Level& level = levels_[depth_++];
  level.bytes.assign(bytes, bytes + header.page_size);
  level.page = page;
  level.next = 0;
  const std::uint32_t begin = btree_header_offset(page);
  level.count = read_u16(bytes + begin + kCellCountAt);
  if (begin + kInteriorHeaderBytes + 2 * level.count > header.usable_size) {
    throw DamagedPage(pages_->name(), page, "too many children");
  }
}

std::uint32_t LeafWalk::child(const Level& level) const {
  const std::uint8_t* bytes = level.bytes.data();
  const std::uint32_t begin = btree_header_offset(level.page);
  std::uint32_t result = 0;
  if (level.next == level.count) {
    result = read_u32(bytes + begin + kRightChildAt);
  } else {
    const std::uint32_t offset =
        read_u16(bytes + begin + kInteriorHeaderBytes + std::size_t{2} * level.next);
    if (offset + kChildBytes > pages_->header().usable_size) {
      throw DamagedPage(pages_->name(), level.page, "a child's cell leaves the page");
    }
    result = read_u32(bytes + offset);
  }
  if (result == 0) throw DamagedPage(pages_->name(), level.page, "a child is missing");
  return result;
}

}  // namespace qfcsync::sqlitefile
