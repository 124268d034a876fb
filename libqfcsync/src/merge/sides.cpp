#include "merge/sides.hpp"

#include <qfcsync/error.hpp>

#include "base/utf8.hpp"
#include "merge/value_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::merge {
namespace {

constexpr std::size_t kShownBytes = 40;

std::string value_text(ValueView value) {
  switch (value.type()) {
    case ValueType::Integer:
      return std::to_string(value.as_integer());
    case ValueType::Real:
      return fmt::format("{}", value.as_real());
    case ValueType::Text:
      return base::to_valid_utf8(value.bytes().substr(0, kShownBytes));
    case ValueType::Blob:
      return fmt::format("blob of {} bytes", value.bytes().size());
    case ValueType::Null:
      return "NULL";
    case ValueType::Undefined:
      break;
  }
  return "?";
}

}  // namespace

std::string key_text(const MergeTable& table, std::span<const ValueView> row) {
  std::string text;
  for (const std::size_t column : table.key) {
    if (!text.empty()) text += ", ";
    const std::string name = table.column_name(column);
    text += (name.empty() ? "key" : name) + " " + value_text(row[column]);
  }
  return text;
}

void pick(std::span<const ValueView> row, std::span<const std::size_t> columns,
          std::vector<ValueView>& out) {
  out.clear();
  for (const std::size_t column : columns) out.push_back(row[column]);
}

std::uint64_t ChangeSide::hash(std::uint32_t table, std::span<const ValueView> row) const {
  std::uint64_t hash = table;
  for (const std::size_t column : catalog_->table(table).key) hash = hash_value(row[column], hash);
  return hash;
}

std::uint64_t ChangeSide::add(std::uint32_t number, const Change& change, std::string_view raw) {
  MergeTable& table = catalog_->table(number);
  const auto row = change.key_values();
  const std::uint64_t hash_of_row = hash(number, row);
  const bool is_known = index_.find(hash_of_row, [&](std::uint64_t at) {
    spool_.flush();
    SpoolCursor known = cursor();
    known.seek(at);
    if (known.table() != number) return false;
    const auto other = known.change().key_values();
    return std::all_of(table.key.begin(), table.key.end(),
                       [&](std::size_t column) { return row[column] == other[column]; });
  });
  if (is_known) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} has two changes of table {}, {}; join changesets with concat first",
                            name_, change.table->name, key_text(table, row)));
  }
  table.note_row(row);
  const std::uint64_t offset = spool_.append(number, raw);
  end_ = spool_.end();
  index_.insert(hash_of_row, offset);
  return offset;
}

std::optional<std::uint64_t> ChangeSide::find(std::uint32_t number, std::span<const ValueView> row,
                                              SpoolCursor& cursor) const {
  const auto& key = catalog_->table(number).key;
  std::optional<std::uint64_t> found;
  index_.find(hash(number, row), [&](std::uint64_t at) {
    cursor.seek(at);
    if (cursor.table() != number) return false;
    const auto other = cursor.change().key_values();
    const bool is_same = std::all_of(
        key.begin(), key.end(), [&](std::size_t column) { return row[column] == other[column]; });
    if (is_same) found = at;
    return is_same;
  });
  return found;
}

void ChangeSide::for_each(const std::function<bool(const MergeTable&)>& is_wanted,
                          const std::function<void(SpoolCursor&)>& visit) const {
  SpoolCursor at = cursor();
  for (std::uint64_t offset = begin(); offset < end_; offset = at.next_offset()) {
    at.seek(offset);
    if (is_wanted(catalog_->table(at.table()))) visit(at);
  }
}

}  // namespace qfcsync::merge
