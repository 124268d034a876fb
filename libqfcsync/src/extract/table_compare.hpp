#pragma once

#include <qfcsync/extract.hpp>

#include "extract/progress.hpp"
#include "extract/row_sink.hpp"
#include "extract/snapshot.hpp"
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
  TableComparer(Snapshot& base, Snapshot& modified, ExtractMethod method,
                const sqlitefile::PageManifest* manifest, ProgressMeter& meter);

  /// @param name  of a table with the same columns on both sides
  /// @errors      Corrupt, Busy, Io, Cancelled, and what the sink throws
  void compare(const std::string& name, RowSink& sink);

  /// Rows that were left out, by table.
  const std::vector<TableNote>& notes() const { return notes_; }
  /// As ExtractResult::method.
  ExtractMethod method() const;

 private:
  bool are_bytes_comparable();
  void compare_stored(const TableSchema& base, const TableSchema& modified, RowSink& sink);
  void compare_as_utf8(const TableSchema& base, const TableSchema& modified, RowSink& sink);
  void compare_by_key(const TableSchema& base, const TableSchema& modified, RowSink& sink);
  void note_nameless_rows(const TableSchema& table);

  Snapshot& base_;
  Snapshot& modified_;
  ExtractMethod wanted_;
  const sqlitefile::PageManifest* manifest_;
  ProgressMeter& meter_;
  std::optional<bool> are_bytes_comparable_;
  std::vector<TableNote> notes_;
  bool used_sqlite_ = false;
  std::uint64_t leaves_bytes_ = 0;
  std::uint64_t pages_bytes_ = 0;
};

}  // namespace qfcsync::extraction
