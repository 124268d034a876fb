#pragma once

#include "merge/row_merge.hpp"

#include <functional>
#include <vector>

namespace qfcsync::merge {

/// Rebases changes of tables without relations and UNIQUE in one pass: a change of ours concerns
/// its own row only, so that it is written as soon as it was read. Rows that need a new key come
/// last, when all keys of ours are known.
class PlainRebase {
 public:
  /// @param theirs   complete
  /// @param scratch  not written to by others meanwhile
  PlainRebase(Catalog& catalog, const ChangeSide& theirs, Decider& decider, ByteStore& scratch,
              ChangesetWriter& writer);

  /// @param raw  the bytes of the change
  void add(const Change& change, std::string_view raw);
  /// Writes the rows that waited. @return their keys
  std::vector<RenumberedKey> finish();

 private:
  struct Waiting {
    std::uint64_t ours = 0;
    std::uint64_t theirs = 0;
  };

  void begin_table(std::uint32_t table);
  void write(const RowChange& change);
  bool needs_new_key(const MergeTable& table, const Change& ours, const Change& theirs) const;

  Catalog* catalog_;
  const ChangeSide* theirs_;
  RowMerger merger_;
  ChangesetWriter* writer_;
  ChangeSpool spool_;
  std::vector<Waiting> waiting_;
  SpoolCursor cursor_;
  ChangesetTable head_;  // of the last change
  std::uint32_t table_ = 0;
  RowChange row_;
  RowChange out_;
};

/// Whether two inserts say the same; geometries in canonical form.
bool is_same_insert(const MergeTable& table, const Change& a, const Change& b);

}  // namespace qfcsync::merge
