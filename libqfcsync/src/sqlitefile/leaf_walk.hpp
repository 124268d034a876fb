#pragma once

#include "sqlitefile/leaf_page.hpp"
#include "sqlitefile/pages.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace qfcsync::sqlitefile {

inline constexpr std::int64_t kSmallestRowid = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kLargestRowid = std::numeric_limits<std::int64_t>::max();

/// SQLite's own limit.
inline constexpr std::size_t kMaxTreeDepth = 20;

/// The leaves of a table's b-tree, in the order of rowids. Trees that go round in circles or are
/// deeper than any that SQLite reads are found out.
class LeafWalk {
 public:
  /// @param first  leaves before the one where this rowid belongs are passed over
  LeafWalk(Pages& pages, std::uint32_t root, std::int64_t first = kSmallestRowid);

  /// @param leaf  set to the next leaf; its bytes are held (Pages::get_held) until the next call
  /// @return      false at the end
  /// @errors      DamagedPage, Io
  bool next(LeafPage& leaf);

 private:
  struct Level {
    std::vector<std::uint8_t> bytes;  // a copy: the walk comes back to it
    std::uint32_t page = 0;
    std::uint32_t count = 0;  // keys; one child more
    std::uint32_t next = 0;   // child to visit
  };

  std::uint32_t next_page();
  void descend(std::uint32_t page, const std::uint8_t* bytes);

  Pages* pages_;
  std::uint32_t root_;
  std::int64_t first_;
  bool is_on_way_ = true;  // to the first leaf
  std::vector<Level> levels_;
  std::size_t depth_ = 0;  // levels in use
  std::uint64_t visits_ = 0;
};

}  // namespace qfcsync::sqlitefile
