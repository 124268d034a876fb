#pragma once

#include <qfcsync/value.hpp>

#include "extract/raw_compare.hpp"
#include "sqlitefile/leaf_page.hpp"
#include "sqlitefile/leaf_walk.hpp"
#include "sqlitefile/pages.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace qfcsync::extraction {

/// The rows of one table in one file, cell by cell in the order of rowids, of a range.
class RawRows {
 public:
  RawRows(sqlitefile::Pages& pages, std::uint32_t root, const std::vector<RawColumn>& columns,
          const RowidRange& range);

  /// Goes to the first row of the next leaf that has one.
  ///
  /// @return  false at the end of the range
  /// @errors  DamagedPage: also rowids that do not ascend
  bool next_leaf();
  /// A row is there. (False from the end of a leaf until next_leaf.)
  bool has_row() const noexcept { return index_ < end_; }
  /// At the start of a leaf, and all its rows are in the range.
  bool has_whole_leaf() const noexcept { return index_ == 0 && end_ == leaf_.count(); }
  std::uint32_t index() const noexcept { return index_; }             ///< of the row in the leaf
  std::uint32_t rows_left() const noexcept { return end_ - index_; }  ///< of the leaf
  bool is_done() const noexcept { return is_done_; }                  ///< next_leaf() was false
  const sqlitefile::LeafPage& leaf() const noexcept { return leaf_; }

  const sqlitefile::Cell& cell() const noexcept { return cell_; }
  void next_row() {
    if (++index_ < end_) load();
  }
  /// Goes past count rows, at least one, whose rowids are known to ascend or do not matter.
  void skip_rows(std::uint32_t count) {
    index_ += count;
    cell_.rowid = leaf_.cell(index_ - 1).rowid;
    if (has_row()) load();
  }
  /// The rest of the leaf is known; last is the rowid of its last row.
  void skip_leaf(std::int64_t last) noexcept {
    index_ = end_;
    cell_.rowid = last;
  }

  /// Where the first row of the range stands, and the first one behind it, once they are found.
  const RowPlace& begin_place() const noexcept { return begin_place_; }
  const RowPlace& end_place() const noexcept { return end_place_; }

  sqlitefile::Pages& pages() noexcept { return *pages_; }
  /// The values of a row of the leaf; valid until the next call or next_leaf().
  std::span<const ValueView> values(const sqlitefile::Cell& cell);

 private:
  bool enter_leaf();
  std::uint32_t rows_below(std::int64_t rowid, std::uint32_t from) const;
  void load();
  ValueView value_of(const RawColumn& column, const sqlitefile::Cell& cell) const;

  sqlitefile::Pages* pages_;
  const std::vector<RawColumn>* columns_;
  RowidRange range_;
  sqlitefile::LeafWalk walk_;
  sqlitefile::LeafPage leaf_;
  std::uint32_t index_ = 0;
  std::uint32_t end_ = 0;  // of the rows in the leaf that are in the range
  RowPlace begin_place_;
  RowPlace end_place_;
  bool is_done_ = false;
  sqlitefile::Cell cell_;
  bool is_first_ = true;
  std::string payload_;  // of a row with overflow pages
  std::vector<ValueView> fields_;
  std::vector<ValueView> values_;
};

}  // namespace qfcsync::extraction
