#pragma once

#include "merge/decider.hpp"
#include "merge/row_change.hpp"
#include "merge/sides.hpp"

#include <cstdint>
#include <functional>
#include <unordered_map>

namespace qfcsync::merge {

/// A conflict with the cells of both changes that are wanted; all when wanted is empty.
///
/// @param ours, theirs  nullptr where that side did nothing
Conflict make_conflict(ConflictKind kind, const MergeTable& table, const Change* ours,
                       const Change* theirs,
                       const std::function<bool(std::size_t column)>& wanted = {});

/// Merges two changes of one row, cell by cell.
class RowMerger {
 public:
  RowMerger(const Catalog& catalog, Decider& decider) : catalog_(&catalog), decider_(&decider) {}

  /// What has to be done to theirs so that it has what ours did.
  ///
  /// @param ours    with moved keys already rewritten
  /// @param theirs_offset  names the pair: a conflict of it is decided and told once, however often
  ///                the rows are merged, when the table is constrained
  /// @param out     views of ours and theirs
  /// @errors        InvalidArgument: the two did not start from the same row
  void merge(const MergeTable& table, const RowChange& ours, const Change& theirs,
             std::uint64_t theirs_offset, RowChange& out);

  /// Tells that our row got another key.
  void report_renumbered(const MergeTable& table, const Change& before, const RowChange& after,
                         const Change& theirs);

 private:
  template <class Build>
  Side decide(const MergeTable& table, std::uint64_t offset, Build&& build);
  void check_same_base(const MergeTable& table, const RowChange& ours, const Change& theirs) const;
  void merge_inserts(const MergeTable& table, const RowChange& ours, const Change& theirs,
                     std::uint64_t offset, RowChange& out);
  void merge_updates(const MergeTable& table, const RowChange& ours, const Change& theirs,
                     std::uint64_t offset, RowChange& out);
  void merge_update_with_delete(const MergeTable& table, const RowChange& ours,
                                const Change& theirs, std::uint64_t offset, RowChange& out);
  void merge_delete_with_update(const MergeTable& table, const RowChange& ours,
                                const Change& theirs, std::uint64_t offset, RowChange& out);

  const Catalog* catalog_;
  Decider* decider_;
  std::unordered_map<std::uint64_t, Side> decided_;
};

}  // namespace qfcsync::merge
