#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include "extract/row_sink.hpp"

#include <memory>
#include <string>
#include <vector>

namespace qfcsync::extraction {

/// The head of a table in a changeset.
ChangesetTable changeset_table(const TableSchema& table);

/// Writes the differences of one table as changes: inserts at once, then deletes, then updates,
/// each in the order in which they come. Deletes and updates wait in scratch memory.
///
/// An update keeps the key and the cells that differ; where none differs, nothing is written.
class ChangeSpool : public RowSink {
 public:
  /// @param writer  must outlive this and be given nothing else before finish()
  ChangeSpool(ChangesetWriter& writer, const TableSchema& table);

  void inserted(std::span<const ValueView> row) override;
  void deleted(std::span<const ValueView> row) override;
  void updated(std::span<const ValueView> before, std::span<const ValueView> after) override;

  /// Writes what waits.
  ///
  /// @errors Io
  ChangesetSummary::Table finish();

 private:
  void keep(const Change& change, std::unique_ptr<ByteStore>& store);
  void write_kept(const ByteStore& store);

  ChangesetWriter& writer_;
  ChangesetTable table_;
  ChangesetSummary::Table counts_;
  std::unique_ptr<ByteStore> deletes_;  // each change behind its length; nullptr: none
  std::unique_ptr<ByteStore> updates_;
  std::vector<ValueView> old_values_;
  std::vector<ValueView> new_values_;
  std::string bytes_;
};

}  // namespace qfcsync::extraction
