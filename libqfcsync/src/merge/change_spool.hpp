#pragma once

#include <qfcsync/changeset.hpp>

#include "changeset/codec.hpp"
#include "changeset/window_cache.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace qfcsync::merge {

/// Puts changes behind each other into a store; they are found again by where they begin.
class ChangeSpool {
 public:
  explicit ChangeSpool(ByteStore& store) : store_(&store), begin_(store.size()) {}

  /// @param table  number of the change's table, given back by SpoolCursor
  /// @return       where the change begins in the store
  std::uint64_t append(std::uint32_t table, std::string_view raw_change);
  /// Makes all that was appended readable.
  void flush();

  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return store_->size() + waiting_.size(); }
  const ByteStore& store() const { return *store_; }

 private:
  ByteStore* store_;
  std::uint64_t begin_;
  std::string waiting_;
};

/// Reads spooled changes, in any order or front to back. What it returns is valid until its next
/// call.
class SpoolCursor {
 public:
  /// @param tables  by number
  SpoolCursor(const ByteStore& store, const std::deque<ChangesetTable>& tables)
      : store_(&store), tables_(&tables), windows_(store) {}

  /// Goes to the change that begins at offset.
  void seek(std::uint64_t offset);
  std::uint64_t offset() const { return offset_; }
  /// Where the next change begins.
  std::uint64_t next_offset() const { return next_; }
  std::uint32_t table() const { return table_; }
  std::string_view raw() const { return raw_; }
  /// Takes the change apart. @errors Corrupt, Io
  const Change& change();

 private:
  std::string_view bytes(std::uint64_t offset, std::size_t size);

  const ByteStore* store_;
  const std::deque<ChangesetTable>* tables_;
  changeset::WindowCache windows_;
  std::string buffer_;
  std::string large_;
  std::uint64_t offset_ = 0;
  std::uint64_t next_ = 0;
  std::uint32_t table_ = 0;
  std::string_view raw_;
  changeset::ChangeDecoder decoder_;
};

}  // namespace qfcsync::merge
