#pragma once

#include <qfcsync/schema.hpp>

#include "extract/own_database.hpp"
#include "extract/progress.hpp"
#include "extract/row_sink.hpp"
#include "gpkg/edit_statement.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace qfcsync::extraction {

/// Takes what differs between rows of the same rowid, and tells what differs between rows of the
/// same key, in the order of keys (see OrderedScan), for tables whose key is not the rowid.
///
/// That is enough: a row that is the same on both sides under one rowid is the only one with its
/// key. Memory is bounded; what waits lies in a temporary database. Rows with NULL in the key are
/// passed over: nothing names them.
class KeySorter : public RowSink {
 public:
  explicit KeySorter(const TableSchema& table);

  void inserted(std::span<const ValueView> row) override;
  void deleted(std::span<const ValueView> row) override;
  void updated(std::span<const ValueView> before, std::span<const ValueView> after) override;

  /// Tells the sink what there is.
  ///
  /// @errors Corrupt: a key stands twice in one file; Io, and what sink and meter throw
  void finish(RowSink& sink, ProgressMeter& meter);

 private:
  enum class Side : std::int64_t { Base, Modified };
  struct Row {
    Side side = Side::Base;
    std::string bytes;
    std::vector<ValueView> values;  // in bytes
  };

  void keep(Side side, std::span<const ValueView> row);
  bool next(gpkg::edit::Statement& sorted, Row& row) const;
  bool same_key(const Row& a, const Row& b) const;
  void tell(const Row& row, RowSink& sink) const;

  std::string table_;
  std::size_t column_count_;
  std::vector<std::size_t> key_columns_;
  OwnDatabase database_;
  std::string sort_sql_;
  std::unique_ptr<gpkg::edit::Statement> insert_;
  std::string bytes_;
};

}  // namespace qfcsync::extraction
