#include "extract/key_sorter.hpp"

#include <qfcsync/error.hpp>

#include "changeset/codec.hpp"
#include "extract/ordered_scan.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

using gpkg::edit::Statement;

/// "k1, k2, ..." with something behind each.
std::string key_list(std::size_t count, std::string_view suffix) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += fmt::format("{}k{}{}", i == 0 ? "" : ", ", i, suffix);
  }
  return text;
}

std::string placeholders(std::size_t count) {
  std::string text = "?";
  for (std::size_t i = 1; i < count; ++i) text += ",?";
  return text;
}

}  // namespace

KeySorter::KeySorter(const TableSchema& table)
    : table_(table.name),
      column_count_(table.columns.size()),
      key_columns_(key_positions(table)),
      database_(OwnDatabase::Place::Scratch),
      sort_sql_(fmt::format("SELECT side, bytes FROM rows ORDER BY {}, side",
                            key_list(key_columns_.size(), ""))) {
  gpkg::edit::execute(database_.handle(), fmt::format("CREATE TABLE rows(side, bytes, {}); BEGIN",
                                                      key_list(key_columns_.size(), ""))
                                              .c_str());
  insert_ = std::make_unique<Statement>(
      database_.handle(),
      fmt::format("INSERT INTO rows VALUES({})", placeholders(key_columns_.size() + 2)));
}

void KeySorter::inserted(std::span<const ValueView> row) { keep(Side::Modified, row); }

void KeySorter::deleted(std::span<const ValueView> row) { keep(Side::Base, row); }

void KeySorter::updated(std::span<const ValueView> before, std::span<const ValueView> after) {
  keep(Side::Base, before);
  keep(Side::Modified, after);
}

void KeySorter::keep(Side side, std::span<const ValueView> row) {
  for (const std::size_t column : key_columns_) {
    if (row[column].is_null()) return;
  }
  bytes_.clear();
  for (const ValueView value : row) changeset::append_value(value, bytes_);
  const gpkg::edit::StatementUse use(*insert_);
  insert_->bind_int(1, static_cast<std::int64_t>(side));
  insert_->bind_view(2, ValueView::blob(bytes_));
  int index = 3;
  for (const std::size_t column : key_columns_) insert_->bind_view(index++, row[column]);
  insert_->step();
}

bool KeySorter::next(Statement& sorted, Row& row) const {
  if (!sorted.step()) return false;
  row.side = static_cast<Side>(sorted.column_int(0));
  row.bytes = sorted.column_view(1).bytes();
  row.values.assign(column_count_, ValueView());
  changeset::ByteCursor cursor(row.bytes);
  for (ValueView& value : row.values) cursor.take_value(value);
  return true;
}

bool KeySorter::same_key(const Row& a, const Row& b) const {
  for (const std::size_t column : key_columns_) {
    if (a.values[column] != b.values[column]) return false;
  }
  return true;
}

void KeySorter::tell(const Row& row, RowSink& sink) const {
  row.side == Side::Base ? sink.deleted(row.values) : sink.inserted(row.values);
}

void KeySorter::finish(RowSink& sink, ProgressMeter& meter) {
  Statement sorted(database_.handle(), sort_sql_);
  Row rows[2];  // values point into them: they stay where they are
  Row* row = &rows[0];
  Row* following = &rows[1];
  bool has_row = next(sorted, *row);
  while (has_row) {
    meter.add(0);
    bool has_following = next(sorted, *following);
    if (has_following && same_key(*row, *following)) {
      if (row->side == following->side) {
        throw Error(ErrorCode::Corrupt,
                    fmt::format("table {} has a key twice: its index is damaged", table_));
      }
      sink.updated(row->values, following->values);
      has_following = next(sorted, *following);
    } else {
      tell(*row, sink);
    }
    std::swap(row, following);
    has_row = has_following;
  }
}

}  // namespace qfcsync::extraction
