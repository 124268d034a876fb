#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include "changeset/codec.hpp"
#include "changeset/fold.hpp"
#include "changeset/window_cache.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace qfcsync::changeset {

/// Beginning of a key in a form that can be compared without reading the row.
struct KeyPrefix {
  /// Types of the first two key columns, so that keys sort by type before value.
  std::uint16_t types = 0;
  bool is_whole = false;                 ///< keys of equal prefix are equal
  std::array<std::uint64_t, 2> words{};  ///< sorts as the values do

  bool same_words(const KeyPrefix& other) const {
    return types == other.types && words == other.words;
  }
};

/// @param columns  of the key, in its order; not empty
KeyPrefix key_prefix(std::span<const ValueView> values, const std::vector<std::size_t>& columns);

/// Whether one key comes before another: column by column by type (NULL, integer, real, text, blob)
/// and value, texts and blobs by bytes.
bool key_less(std::span<const ValueView> a, std::span<const ValueView> b,
              const std::vector<std::size_t>& columns);
bool key_equal(std::span<const ValueView> a, std::span<const ValueView> b,
               const std::vector<std::size_t>& columns);

/// What several changesets do to the rows of one table: one change a row, folded as they come.
///
/// The bytes of changes are in the store; memory holds some 60 bytes a row.
class RowIndex {
 public:
  /// @param windows  of the store; may be shared with other tables
  RowIndex(ChangesetTable table, ByteStore& store, WindowCache& windows);

  const ChangesetTable& table() const { return table_; }

  /// @param raw  the bytes of the change
  /// @errors     InvalidArgument: the change cannot follow those before; LimitExceeded; Io
  void add(const Change& change, std::string_view raw);

  /// Writes the changes: inserts, deletes, updates, each by key (see key_less).
  ///
  /// Once, and nothing may be added afterwards.
  void write(ChangesetWriter& writer);

 private:
  struct Entry {
    KeyPrefix key;
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    RowState state = RowState::Inserted;
  };
  /// The hash stands here too: entries of other rows need not be looked at.
  struct Slot {
    std::uint32_t number = 0;  // of an entry, from 1; 0 is free
    std::uint32_t hash = 0;
  };

  std::uint32_t hash_of(const Change& change, const KeyPrefix& key);
  Entry* find(const Change& change, const KeyPrefix& key, std::uint32_t hash);
  bool is_entry_of(const Entry& entry, const Change& change, const KeyPrefix& key);
  void insert(const Entry& entry, std::uint32_t hash);
  void grow();
  void place(Slot slot);
  void fold_into(Entry& entry, const Change& change, std::string_view raw);
  void store(std::string_view bytes, Entry& entry);
  std::string_view bytes_of(const Entry& entry) { return windows_.read(entry.offset, entry.size); }
  bool comes_before(const Entry& a, const Entry& b) {
    if (a.state == b.state && a.key.types == b.key.types && a.key.words[0] != b.key.words[0]) {
      return a.key.words[0] < b.key.words[0];
    }
    return comes_before_slowly(a, b);
  }
  bool comes_before_slowly(const Entry& a, const Entry& b);

  ChangesetTable table_;
  std::vector<std::size_t> key_columns_;
  ByteStore& store_;
  WindowCache& windows_;
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;
  ChangeDecoder decoder_;
  ChangeDecoder other_decoder_;
  Folder folder_;
  std::string buffer_;
  std::string key_bytes_;
};

}  // namespace qfcsync::changeset
