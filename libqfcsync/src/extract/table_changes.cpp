#include "extract/table_changes.hpp"

#include <algorithm>
#include <cstdint>

namespace qfcsync::extraction {

ChangesetTable changeset_table(const TableSchema& table) {
  ChangesetTable head{table.name, {}};
  for (const ColumnSchema& column : table.columns) {
    // A position beyond one byte cannot be told; that it is part of the key can.
    head.key.push_back(static_cast<std::uint8_t>(std::min(column.key, 255)));
  }
  return head;
}

TableChanges::TableChanges(ChangesetWriter& writer, const TableSchema& table)
    : writer_(writer), table_(changeset_table(table)) {
  writer_.begin_table(table_);
}

RowSink& TableChanges::whole() {
  return batches_.emplace_back(table_, kScratchMemoryBytes, &writer_);
}

std::deque<ChangeBatch>& TableChanges::ranges(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    batches_.emplace_back(table_, kScratchMemoryBytes / count, nullptr);
  }
  return batches_;
}

ChangesetSummary::Table TableChanges::finish() {
  ChangesetSummary::Table counts{table_.name};
  for (const Operation operation : {Operation::Insert, Operation::Delete, Operation::Update}) {
    for (const ChangeBatch& batch : batches_) batch.write(operation, writer_);
  }
  for (const ChangeBatch& batch : batches_) {
    counts.inserts += batch.counts().inserts;
    counts.deletes += batch.counts().deletes;
    counts.updates += batch.counts().updates;
  }
  batches_.clear();
  return counts;
}

}  // namespace qfcsync::extraction
