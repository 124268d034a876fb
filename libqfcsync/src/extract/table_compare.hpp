#pragma once

#include <qfcsync/extract.hpp>

#include "extract/progress.hpp"
#include "extract/range_readers.hpp"
#include "extract/raw_compare.hpp"
#include "extract/row_sink.hpp"
#include "extract/snapshot.hpp"
#include "extract/table_changes.hpp"
#include "sqlitefile/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qfcsync::extraction {

/// Compares tables of two snapshots, each the fastest way that it allows.
class TableComparer {
 public:
  /// @param manifest  of exactly the state of base, or nullptr
  TableComparer(Snapshot& base, Snapshot& modified, const ExtractOptions& options,
                const sqlitefile::PageManifest* manifest, ProgressMeter& meter);

  /// @param name  of a table with the same columns on both sides
  /// @errors      Corrupt, Busy, Io, Cancelled
  void compare(const std::string& name, TableChanges& changes);

  /// Rows that were left out, by table.
  const std::vector<TableNote>& notes() const { return notes_; }
  /// As ExtractResult::method.
  ExtractMethod method() const;

 private:
  /// A table as it is stored in both files.
  struct Stored {
    RawSide base;
    RawSide modified;
    RawOptions options;
  };

  bool are_bytes_comparable();
  Stored stored(const TableSchema& base, const TableSchema& modified);
  bool compare_ranges(const Stored& table, TableChanges& changes);
  void compare_whole(const Stored& table, RowSink& sink);
  void compare_by_key(const TableSchema& base, const Stored& table, RowSink& sink);
  void count(const RawResult& result);
  void note_nameless_rows(const TableSchema& table);

  Snapshot& base_;
  Snapshot& modified_;
  ExtractMethod wanted_;
  unsigned threads_;
  const sqlitefile::PageManifest* manifest_;
  ProgressMeter& meter_;
  RangeReaders readers_;
  std::optional<bool> are_bytes_comparable_;
  std::vector<TableNote> notes_;
  bool used_sqlite_ = false;
  std::uint64_t leaves_bytes_ = 0;
  std::uint64_t pages_bytes_ = 0;
};

}  // namespace qfcsync::extraction
