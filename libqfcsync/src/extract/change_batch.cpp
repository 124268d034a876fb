#include "extract/change_batch.hpp"

#include "changeset/codec.hpp"

namespace qfcsync::extraction {
namespace {

constexpr std::size_t kBlockBytes = 64u << 10;
/// What a large row has taken beyond this is given back: there are many batches at once.
constexpr std::size_t kMaxSpareBytes = 2 * kBlockBytes;

}  // namespace

ChangeBatch::ChangeBatch(const ChangesetTable& table, std::size_t memory_bytes,
                         ChangesetWriter* inserts)
    : table_(table), memory_bytes_(memory_bytes), inserts_(inserts), counts_{table.name} {}

std::size_t ChangeBatch::index_of(Operation operation) {
  switch (operation) {
    case Operation::Insert:
      return 0;
    case Operation::Delete:
      return 1;
    case Operation::Update:
      break;
  }
  return 2;
}

void ChangeBatch::inserted(std::span<const ValueView> row) {
  Change change;
  change.operation = Operation::Insert;
  change.new_values = row;
  inserts_ != nullptr ? inserts_->write(change) : keep(change);
  ++counts_.inserts;
}

void ChangeBatch::deleted(std::span<const ValueView> row) {
  Change change;
  change.operation = Operation::Delete;
  change.old_values = row;
  keep(change);
  ++counts_.deletes;
}

void ChangeBatch::updated(std::span<const ValueView> before, std::span<const ValueView> after) {
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
  keep(change);
  ++counts_.updates;
}

void ChangeBatch::keep(const Change& change) {
  Kept& kept = kept_[index_of(change.operation)];
  changeset::append_change(change, table_, kept.bytes);
  ++kept.changes;
  if (kept.bytes.size() >= kBlockBytes) store(kept);
}

void ChangeBatch::store(Kept& kept) {
  if (!store_) store_ = make_scratch(memory_bytes_);
  kept.blocks.push_back({store_->size(), kept.bytes.size(), kept.changes});
  store_->write(kept.bytes);
  kept.bytes.clear();
  kept.changes = 0;
  if (kept.bytes.capacity() > kMaxSpareBytes) kept.bytes.shrink_to_fit();
}

void ChangeBatch::finish_filling() {
  for (Kept& kept : kept_) {
    if (store_ && kept.changes > 0) store(kept);
    kept.bytes.shrink_to_fit();
  }
}

void ChangeBatch::write(Operation operation, ChangesetWriter& writer) const {
  const Kept& kept = kept_[index_of(operation)];
  std::string buffer;
  for (const Block& block : kept.blocks) {
    writer.write_raw(store_->read(block.offset, block.size, buffer), block.changes);
  }
  if (kept.changes > 0) writer.write_raw(kept.bytes, kept.changes);
}

}  // namespace qfcsync::extraction
