#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/schema.hpp>

#include "extract/change_batch.hpp"

#include <cstddef>
#include <deque>

namespace qfcsync::extraction {

/// The head of a table in a changeset.
ChangesetTable changeset_table(const TableSchema& table);

/// Writes the differences of one table: inserts, then deletes, then updates, each in the order of
/// the batches.
class TableChanges {
 public:
  /// @param writer  must outlive this and be given nothing else before finish()
  TableChanges(ChangesetWriter& writer, const TableSchema& table);

  /// The one batch of a table that is compared from its first row to its last.
  RowSink& whole();
  /// Batches for ranges of rows in their order; they may be filled at once.
  std::deque<ChangeBatch>& ranges(std::size_t count);
  /// Nothing of ranges() is kept.
  void discard_ranges() { batches_.clear(); }

  /// Writes what waits.
  ///
  /// @errors Io
  ChangesetSummary::Table finish();

 private:
  ChangesetWriter& writer_;
  ChangesetTable table_;
  std::deque<ChangeBatch> batches_;  // they stay where they are
};

}  // namespace qfcsync::extraction
