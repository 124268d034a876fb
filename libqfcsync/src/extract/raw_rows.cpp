#include "extract/raw_rows.hpp"

#include "sqlitefile/payload.hpp"
#include "sqlitefile/record.hpp"

namespace qfcsync::extraction {

using sqlitefile::Cell;
using sqlitefile::DamagedPage;

RawRows::RawRows(sqlitefile::Pages& pages, std::uint32_t root,
                 const std::vector<RawColumn>& columns)
    : pages_(&pages), columns_(&columns), walk_(pages, root) {}

bool RawRows::next_leaf() {
  while (walk_.next(leaf_)) {
    if (leaf_.count() == 0) continue;
    index_ = 0;
    load();
    return true;
  }
  leaf_ = {};
  index_ = 0;
  return false;
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
