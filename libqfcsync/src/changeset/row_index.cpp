#include "changeset/row_index.hpp"

#include <qfcsync/error.hpp>

#include "changeset/key_columns.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <xxhash.h>

namespace qfcsync::changeset {
namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::size_t kMaxRows = std::numeric_limits<std::uint32_t>::max() / 2;
constexpr std::size_t kMaxChangeBytes = std::numeric_limits<std::uint32_t>::max();

/// Where changes of a state stand in the table; those that are not written come last.
int place_of(RowState state) {
  switch (state) {
    case RowState::Inserted:
      return 0;
    case RowState::Deleted:
      return 1;
    case RowState::Updated:
      return 2;
    case RowState::Gone:
    case RowState::Unchanged:
      break;
  }
  return 3;
}

bool is_written(RowState state) { return place_of(state) < 3; }

}  // namespace

RowIndex::RowIndex(ChangesetTable table, ByteStore& store, WindowCache& windows)
    : table_(std::move(table)),
      key_columns_(key_columns(table_)),
      store_(store),
      windows_(windows),
      slots_(kFirstSlots) {}

void RowIndex::add(const Change& change, std::string_view raw) {
  const KeyPrefix key = key_prefix(change.key_values(), key_columns_);
  const std::uint32_t hash = hash_of(change, key);
  if (Entry* entry = find(change, key, hash)) return fold_into(*entry, change, raw);
  Entry entry{key, 0, 0, state_after(change.operation)};
  store(raw, entry);
  insert(entry, hash);
}

std::uint32_t RowIndex::hash_of(const Change& change, const KeyPrefix& key) {
  if (key.is_whole) {
    const std::uint64_t mixed =
        (key.words[0] * 0x9e3779b97f4a7c15u) ^ (key.words[1] * 0xc2b2ae3d27d4eb4fu);
    return static_cast<std::uint32_t>((mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u >> 32);
  }
  key_bytes_.clear();
  for (const std::size_t column : key_columns_) {
    append_value(change.key_values()[column], key_bytes_);
  }
  return static_cast<std::uint32_t>(XXH3_64bits(key_bytes_.data(), key_bytes_.size()));
}

RowIndex::Entry* RowIndex::find(const Change& change, const KeyPrefix& key, std::uint32_t hash) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].number != 0; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    Entry& entry = entries_[slots_[at].number - 1];
    if (is_entry_of(entry, change, key)) return &entry;
  }
  return nullptr;
}

bool RowIndex::is_entry_of(const Entry& entry, const Change& change, const KeyPrefix& key) {
  if (!entry.key.same_words(key)) return false;
  if (key.is_whole) return true;
  const Change& known = decoder_.decode_whole(bytes_of(entry), table_);
  return key_equal(known.key_values(), change.key_values(), key_columns_);
}

void RowIndex::insert(const Entry& entry, std::uint32_t hash) {
  if (entries_.size() >= kMaxRows) {
    throw Error(ErrorCode::LimitExceeded,
                fmt::format("more than {} rows of table {} changed", kMaxRows, table_.name));
  }
  entries_.push_back(entry);
  if (entries_.size() * 3 > slots_.size() * 2) grow();
  place({static_cast<std::uint32_t>(entries_.size()), hash});
}

void RowIndex::grow() {
  std::vector<Slot> before(slots_.size() * 2);
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.number != 0) place(slot);
  }
}

void RowIndex::place(Slot slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = slot.hash & mask;
  while (slots_[at].number != 0) at = (at + 1) & mask;
  slots_[at] = slot;
}

void RowIndex::fold_into(Entry& entry, const Change& change, std::string_view raw) {
  if (!is_written(entry.state)) {
    Folder::check_after(entry.state, change);
    entry.state = state_after(change.operation);
    return store(raw, entry);
  }
  const Change& known = decoder_.decode_whole(bytes_of(entry), table_);
  const Change* folded = folder_.fold(known, change);
  entry.state = folder_.state();
  // What was known stays where it is: it still names the row.
  if (folded == nullptr) return;
  buffer_.clear();
  append_change(*folded, table_, buffer_);
  store(buffer_, entry);
}

void RowIndex::store(std::string_view bytes, Entry& entry) {
  if (bytes.size() > kMaxChangeBytes) {
    throw Error(ErrorCode::LimitExceeded, fmt::format("a change of table {} has more than {} bytes",
                                                      table_.name, kMaxChangeBytes));
  }
  entry.size = static_cast<std::uint32_t>(bytes.size());
  entry.offset = store_.size();
  store_.write(bytes);
}

bool RowIndex::comes_before_slowly(const Entry& a, const Entry& b) {
  if (a.state != b.state) return place_of(a.state) < place_of(b.state);
  if ((a.key.types ^ b.key.types) >> 8 != 0) return a.key.types < b.key.types;
  if (a.key.words[0] != b.key.words[0]) return a.key.words[0] < b.key.words[0];
  if (a.key.types != b.key.types) return a.key.types < b.key.types;
  if (a.key.words[1] != b.key.words[1]) return a.key.words[1] < b.key.words[1];
  if (a.key.is_whole || &a == &b) return false;
  buffer_.assign(bytes_of(a));
  const Change& first = decoder_.decode_whole(buffer_, table_);
  const Change& second = other_decoder_.decode_whole(bytes_of(b), table_);
  return key_less(first.key_values(), second.key_values(), key_columns_);
}

void RowIndex::write(ChangesetWriter& writer) {
  slots_ = {};
  std::erase_if(entries_, [](const Entry& entry) { return !is_written(entry.state); });
  std::sort(entries_.begin(), entries_.end(),
            [this](const Entry& a, const Entry& b) { return comes_before(a, b); });
  if (!entries_.empty()) writer.begin_table(table_);
  for (const Entry& entry : entries_) writer.write_raw(bytes_of(entry));
  entries_ = {};
}

}  // namespace qfcsync::changeset
