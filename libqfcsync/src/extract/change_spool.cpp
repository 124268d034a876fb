#include "extract/change_spool.hpp"

#include "changeset/codec.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace qfcsync::extraction {
namespace {

using Length = std::uint32_t;  // in front of every change that waits

}  // namespace

ChangesetTable changeset_table(const TableSchema& table) {
  ChangesetTable head{table.name, {}};
  for (const ColumnSchema& column : table.columns) {
    // A position beyond one byte cannot be told; that it is part of the key can.
    head.key.push_back(static_cast<std::uint8_t>(std::min(column.key, 255)));
  }
  return head;
}

ChangeSpool::ChangeSpool(ChangesetWriter& writer, const TableSchema& table)
    : writer_(writer), table_(changeset_table(table)), counts_{table.name} {
  writer_.begin_table(table_);
}

void ChangeSpool::inserted(std::span<const ValueView> row) {
  Change change;
  change.operation = Operation::Insert;
  change.new_values = row;
  writer_.write(change);
  ++counts_.inserts;
}

void ChangeSpool::deleted(std::span<const ValueView> row) {
  Change change;
  change.operation = Operation::Delete;
  change.old_values = row;
  keep(change, deletes_);
  ++counts_.deletes;
}

void ChangeSpool::updated(std::span<const ValueView> before, std::span<const ValueView> after) {
  old_values_.assign(before.size(), ValueView());
  new_values_.assign(before.size(), ValueView());
  bool is_changed = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (table_.key[i] != 0) {
      old_values_[i] = before[i];
    } else if (before[i] != after[i]) {
      old_values_[i] = before[i];
      new_values_[i] = after[i];
      is_changed = true;
    }
  }
  if (!is_changed) return;
  Change change;
  change.operation = Operation::Update;
  change.old_values = old_values_;
  change.new_values = new_values_;
  keep(change, updates_);
  ++counts_.updates;
}

void ChangeSpool::keep(const Change& change, std::unique_ptr<ByteStore>& store) {
  bytes_.assign(sizeof(Length), '\0');
  changeset::append_change(change, table_, bytes_);
  const auto length = static_cast<Length>(bytes_.size() - sizeof(Length));
  std::memcpy(bytes_.data(), &length, sizeof length);
  if (!store) store = make_scratch();
  store->write(bytes_);
}

void ChangeSpool::write_kept(const ByteStore& store) {
  std::uint64_t offset = 0;
  while (offset < store.size()) {
    Length length = 0;
    std::memcpy(&length, store.read(offset, sizeof length, bytes_).data(), sizeof length);
    offset += sizeof length;
    writer_.write_raw(store.read(offset, length, bytes_));
    offset += length;
  }
}

ChangesetSummary::Table ChangeSpool::finish() {
  if (deletes_) write_kept(*deletes_);
  deletes_.reset();
  if (updates_) write_kept(*updates_);
  updates_.reset();
  return counts_;
}

}  // namespace qfcsync::extraction
