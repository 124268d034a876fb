#pragma once

#include "sqlitefile/pages.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qfcsync::sqlitefile {

/// What the upper levels of a table's b-tree tell of it.
struct TreeSketch {
  std::uint64_t leaves = 0;        ///< estimated, from those below one page
  std::vector<std::int64_t> keys;  ///< ascend; between two of them lie about as many leaves
};

/// Reads as few levels as give so many keys, or all above the leaves.
///
/// @errors  DamagedPage, Io
TreeSketch sketch_tree(Pages& pages, std::uint32_t root, std::size_t wanted_keys);

/// Keys that cut the tree into parts of so many leaves, in proportion; each ends a part.
///
/// @param shares  of the parts, in their order
/// @return        at most one less than there are parts, ascending
std::vector<std::int64_t> cut_keys(const TreeSketch& sketch,
                                   const std::vector<std::size_t>& shares);

}  // namespace qfcsync::sqlitefile
