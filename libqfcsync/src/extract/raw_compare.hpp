#pragma once

#include <qfcsync/extract.hpp>
#include <qfcsync/value.hpp>

#include "extract/row_sink.hpp"
#include "sqlitefile/leaf_walk.hpp"
#include "sqlitefile/manifest.hpp"
#include "sqlitefile/page_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qfcsync::extraction {

/// Where the value of one carried column is found in a stored row.
struct RawColumn {
  /// Field of the record. Every column of CREATE TABLE counts, the rowid's and STORED generated
  /// ones too; VIRTUAL generated columns do not.
  std::size_t field = 0;
  bool is_rowid = false;           ///< the INTEGER PRIMARY KEY: the record holds NULL for it
  bool has_real_affinity = false;  ///< numbers without fraction are stored as integers
  /// Of rows written before ALTER TABLE ADD COLUMN: the default after affinity, NULL if none.
  Value missing = Value(ValueView::null());
  bool operator==(const RawColumn&) const = default;
};

/// One table in one file.
struct RawSide {
  sqlitefile::PageReader* pages = nullptr;  ///< may serve many tables, one after the other
  std::uint32_t root = 0;                   ///< rootpage of sqlite_schema
  std::vector<RawColumn> columns;           ///< in the order of TableSchema::columns
};

/// The rows of a comparison, both ends included.
struct RowidRange {
  std::int64_t first = sqlitefile::kSmallestRowid;
  std::int64_t last = sqlitefile::kLargestRowid;
};

/// Where a row stands in a file; page 0: nowhere, the tree has ended before.
struct RowPlace {
  std::uint32_t page = 0;
  std::uint32_t index = 0;
  bool operator==(const RowPlace&) const = default;
};

/// Where a range of one table begins and where the first row behind it stands.
struct RangePlaces {
  RowPlace begin;
  RowPlace end;
};

/// Told how many bytes of both files were read since the last call; throws to stop.
using RawProgress = std::function<void(std::uint64_t bytes)>;

struct RawOptions {
  std::string table;  ///< for messages
  /// Leaves, Pages or Auto; the calls are the same.
  ExtractMethod method = ExtractMethod::Auto;
  /// Of exactly this state of base: what it says is equal is not read from base.
  const sqlitefile::PageManifest* manifest = nullptr;
  RawProgress progress;
  /// Comparing ranges one by one is comparing all, provided that each begins in both files where
  /// the one before has ended: so it is in trees that are in order.
  RowidRange range;
};

struct RawResult {
  ExtractMethod method = ExtractMethod::Leaves;  ///< Leaves or Pages: what most leaf pages took
  RangePlaces base;
  RangePlaces modified;
  std::uint64_t bytes_read = 0;  ///< of both files
};

/// Compares a rowid table of two files as it is stored and tells the sink what differs, in the
/// order of rowids.
///
/// Both sides have the same number of columns. Rows are paired by rowid: for a table whose key is
/// another, a sink that pairs by key has to join deletes and inserts itself, and updated() may show
/// a changed key. The text encoding of both files is the same.
///
/// Cost: both trees are read once, in runs; only rows whose bytes differ are decoded.
///
/// @errors  Corrupt: names file side, table and page; Io and what progress and sink throw
RawResult compare_rowid_tables(const RawSide& base, const RawSide& modified, RowSink& sink,
                               const RawOptions& options = {});

}  // namespace qfcsync::extraction
