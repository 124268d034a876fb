#include "sqlitefile/leaf_walk.hpp"

#include "sqlitefile/interior_page.hpp"

namespace qfcsync::sqlitefile {

LeafWalk::LeafWalk(Pages& pages, std::uint32_t root, std::int64_t first)
    : pages_(&pages), root_(root), first_(first) {}

bool LeafWalk::next(LeafPage& leaf) {
  for (std::uint32_t page = next_page(); page != 0; page = next_page()) {
    const std::uint8_t* bytes = pages_->get_held(page);
    if (++visits_ > pages_->header().page_count) {
      throw DamagedPage(pages_->name(), page, "the table's tree goes round in circles");
    }
    if (kind_of(page, bytes) == PageKind::TableLeaf) {
      leaf = LeafPage(*pages_, page, bytes);
      is_on_way_ = false;
      return true;
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
      return InteriorPage(*pages_, level.page, level.bytes.data()).child(level.next++);
    }
    --depth_;
  }
  return 0;
}

void LeafWalk::descend(std::uint32_t page, const std::uint8_t* bytes) {
  if (depth_ == kMaxTreeDepth) {
    throw DamagedPage(pages_->name(), page, "the table's tree is too deep");
  }
  if (depth_ == levels_.size()) levels_.emplace_back();
  const InteriorPage interior(*pages_, page, bytes);
  Level& level = levels_[depth_++];
  level.bytes.assign(bytes, bytes + pages_->header().page_size);
  level.page = page;
  level.count = interior.key_count();
  level.next = is_on_way_ && first_ != kSmallestRowid ? interior.index_of(first_) : 0;
}

}  // namespace qfcsync::sqlitefile
