#include "sqlitefile/tree_sketch.hpp"

#include "sqlitefile/interior_page.hpp"
#include "sqlitefile/leaf_walk.hpp"

#include <numeric>
#include <utility>

namespace qfcsync::sqlitefile {
namespace {

/// One level of a tree, from left to right: between two of its pages there is a key.
struct Level {
  std::vector<std::uint32_t> pages;
  std::vector<std::int64_t> keys;
};

bool is_interior(Pages& pages, std::uint32_t page) {
  return kind_of(page, pages.get(page)) == PageKind::TableInterior;
}

Level level_below(Pages& pages, const Level& level) {
  Level below;
  for (std::size_t i = 0; i < level.pages.size(); ++i) {
    const InteriorPage interior(pages, level.pages[i], pages.get(level.pages[i]));
    for (std::uint32_t child = 0; child <= interior.key_count(); ++child) {
      below.pages.push_back(interior.child(child));
      if (child < interior.key_count()) below.keys.push_back(interior.key(child));
    }
    if (i < level.keys.size()) below.keys.push_back(level.keys[i]);
    // Pages that name one child over and over would take a multiple of the file in memory.
    if (below.pages.size() > pages.header().page_count) {
      throw DamagedPage(pages.name(), level.pages[i], "the tree has more pages than the file");
    }
  }
  return below;
}

/// Of the pages of a level.
std::uint64_t estimate_leaves(Pages& pages, const Level& level) {
  std::uint64_t leaves = level.pages.size();
  std::uint32_t page = level.pages.front();
  for (std::size_t depth = 0; depth < kMaxTreeDepth && is_interior(pages, page); ++depth) {
    const InteriorPage interior(pages, page, pages.get(page));
    leaves *= interior.key_count() + std::uint64_t{1};
    page = interior.child(0);
  }
  return leaves;
}

}  // namespace

TreeSketch sketch_tree(Pages& pages, std::uint32_t root, std::size_t wanted_keys) {
  Level level{{root}, {}};
  for (std::size_t depth = 0; depth < kMaxTreeDepth && level.keys.size() < wanted_keys &&
                              is_interior(pages, level.pages.front());
       ++depth) {
    level = level_below(pages, level);
  }
  TreeSketch sketch;
  sketch.leaves = estimate_leaves(pages, level);
  sketch.keys = std::move(level.keys);
  return sketch;
}

std::vector<std::int64_t> cut_keys(const TreeSketch& sketch,
                                   const std::vector<std::size_t>& shares) {
  const std::size_t total = std::accumulate(shares.begin(), shares.end(), std::size_t{0});
  std::vector<std::int64_t> keys;
  std::size_t before = 0;
  for (const std::size_t share : shares) {
    before += share;
    const std::size_t index = before * (sketch.keys.size() + 1) / total;
    if (index == 0 || index > sketch.keys.size()) continue;
    const std::int64_t key = sketch.keys[index - 1];
    // Keys of a damaged tree may descend.
    if (key != kLargestRowid && (keys.empty() || key > keys.back())) keys.push_back(key);
  }
  return keys;
}

}  // namespace qfcsync::sqlitefile
