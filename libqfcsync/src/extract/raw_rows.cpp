#include "extract/raw_rows.hpp"

#include "sqlitefile/payload.hpp"
#include "sqlitefile/record.hpp"

namespace qfcsync::extraction {

using sqlitefile::Cell;
using sqlitefile::DamagedPage;

RawRows::RawRows(sqlitefile::Pages& pages, std::uint32_t root,
                 const std::vector<RawColumn>& columns, const RowidRange& range)
    : pages_(&pages), columns_(&columns), range_(range), walk_(pages, root, range.first) {}

bool RawRows::next_leaf() {
  while (end_place_.page == 0 && walk_.next(leaf_)) {
    if (leaf_.count() > 0 && enter_leaf()) return true;
  }
  is_done_ = true;
  leaf_ = {};
  index_ = end_ = 0;
  return false;
}

/// False when no row of the leaf is in the range.
bool RawRows::enter_leaf() {
  const std::uint32_t count = leaf_.count();
  index_ =
      is_first_ && range_.first != sqlitefile::kSmallestRowid ? rows_below(range_.first, 0) : 0;
  end_ = count;
  if (index_ == count) return false;
  if (is_first_) begin_place_ = {leaf_.page(), index_};
  if (range_.last != sqlitefile::kLargestRowid && leaf_.cell(count - 1).rowid > range_.last) {
    end_ = rows_below(range_.last + 1, index_);
    end_place_ = {leaf_.page(), end_};
    if (index_ == end_) return false;
  }
  load();
  return true;
}

/// The first row of the leaf, from one on, whose rowid is not below a certain one.
std::uint32_t RawRows::rows_below(std::int64_t rowid, std::uint32_t from) const {
  std::uint32_t index = from;
  while (index < leaf_.count() && leaf_.cell(index).rowid < rowid) ++index;
  return index;
}

void RawRows::load() {
  const std::int64_t before = cell_.rowid;
  cell_ = leaf_.cell(index_);
  if (cell_.rowid <= before && !is_first_) {
    throw DamagedPage(pages_->name(), leaf_.page(), "rowids do not ascend");
  }
  is_first_ = false;
}

std::span<const ValueView> RawRows::values(const Cell& cell) {
  const std::string_view payload = sqlitefile::whole_payload(*pages_, cell, payload_);
  if (!sqlitefile::decode_record(payload, fields_)) {
    throw DamagedPage(pages_->name(), leaf_.page(), "a row is no record");
  }
  values_.clear();
  for (const RawColumn& column : *columns_) values_.push_back(value_of(column, cell));
  return values_;
}

ValueView RawRows::value_of(const RawColumn& column, const Cell& cell) const {
  if (column.is_rowid) return ValueView::integer(cell.rowid);
  if (column.field >= fields_.size()) return column.missing.view();
  const ValueView value = fields_[column.field];
  if (column.has_real_affinity && value.type() == ValueType::Integer) {
    return ValueView::real(static_cast<double>(value.as_integer()));
  }
  return value;
}

}  // namespace qfcsync::extraction
