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

/// The rows of one table in one file, cell by cell in the order of rowids.
class RawRows {
 public:
  RawRows(sqlitefile::Pages& pages, std::uint32_t root, const std::vector<RawColumn>& columns);

  /// Goes to the first row of the next leaf that has one.
  ///
  /// @return  false at the end of the table
  /// @errors  DamagedPage: also rowids that do not ascend
  bool next_leaf();
  /// A row is there. (False from the end of a leaf until next_leaf.)
  bool has_row() const noexcept { return index_ < leaf_.count(); }
  bool is_at_leaf_start() const noexcept { return index_ == 0; }
  std::uint32_t index() const noexcept { return index_; }  ///< of the row in the leaf
  const sqlitefile::LeafPage& leaf() const noexcept { return leaf_; }

  const sqlitefile::Cell& cell() const noexcept { return cell_; }
  void next_row() {
    if (++index_ < leaf_.count()) load();
  }
  /// Goes past count rows, at least one, whose rowids are known to ascend or do not matter.
  void skip_rows(std::uint32_t count) {
    index_ += count;
    cell_.rowid = leaf_.cell(index_ - 1).rowid;
    if (has_row()) load();
  }
  /// The rest of the leaf is known; last is the rowid of its last row.
  void skip_leaf(std::int64_t last) noexcept {
    index_ = leaf_.count();
    cell_.rowid = last;
  }

  sqlitefile::Pages& pages() noexcept { return *pages_; }
  /// The values of a row of the leaf; valid until the next call or next_leaf().
  std::span<const ValueView> values(const sqlitefile::Cell& cell);

 private:
  void load();
  ValueView value_of(const RawColumn& column, const sqlitefile::Cell& cell) const;

  sqlitefile::Pages* pages_;
  const std::vector<RawColumn>* columns_;
  sqlitefile::LeafWalk walk_;
  sqlitefile::LeafPage leaf_;
  std::uint32_t index_ = 0;
  sqlitefile::Cell cell_;
  bool is_first_ = true;
  std::string payload_;  // of a row with overflow pages
  std::vector<ValueView> fields_;
  std::vector<ValueView> values_;
};

}  // namespace qfcsync::extraction
