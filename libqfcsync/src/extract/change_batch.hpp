#pragma once

#include <qfcsync/changeset.hpp>
#include <qfcsync/stream.hpp>

#include "extract/row_sink.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace qfcsync::extraction {

/// Keeps the differences of a table, or of some of its rows, as the bytes of changes, in the order
/// in which they come. What is more than a block of each operation waits in scratch memory.
///
/// An update keeps the key and the cells that differ; where none differs, nothing is kept.
class ChangeBatch : public RowSink {
 public:
  /// @param table         must outlive this
  /// @param memory_bytes  of scratch memory, as make_scratch()
  /// @param inserts       where inserts are written at once instead of being kept; or nullptr
  ChangeBatch(const ChangesetTable& table, std::size_t memory_bytes, ChangesetWriter* inserts);

  void inserted(std::span<const ValueView> row) override;
  void deleted(std::span<const ValueView> row) override;
  void updated(std::span<const ValueView> before, std::span<const ValueView> after) override;

  /// No more changes come for now: takes no more memory than what is kept. @errors Io
  void finish_filling();

  /// Writes the changes kept of one operation. @errors Io
  void write(Operation operation, ChangesetWriter& writer) const;

  /// Of all that came; the name is that of the table.
  const ChangesetSummary::Table& counts() const { return counts_; }

 private:
  struct Block {
    std::uint64_t offset = 0;
    std::size_t size = 0;
    std::uint64_t changes = 0;
  };
  /// The changes of one operation.
  struct Kept {
    std::string bytes;  // the last ones
    std::uint64_t changes = 0;
    std::vector<Block> blocks;  // those before, in the store
  };

  static std::size_t index_of(Operation operation);
  void keep(const Change& change);
  void store(Kept& kept);

  const ChangesetTable& table_;
  std::size_t memory_bytes_;
  ChangesetWriter* inserts_;
  ChangesetSummary::Table counts_;
  std::array<Kept, 3> kept_;
  std::unique_ptr<ByteStore> store_;  // nullptr: nothing is there
  std::vector<ValueView> old_values_;
  std::vector<ValueView> new_values_;
};

}  // namespace qfcsync::extraction
