#include "extract/table_compare.hpp"

#include "extract/key_sorter.hpp"
#include "extract/ordered_compare.hpp"
#include "extract/ordered_scan.hpp"
#include "extract/raw_compare.hpp"
#include "extract/raw_layout.hpp"
#include "extract/utf8_sink.hpp"
#include "gpkg/edit_statement.hpp"

#include <fmt/format.h>

namespace qfcsync::extraction {

TableComparer::TableComparer(Snapshot& base, Snapshot& modified, ExtractMethod method,
                             const sqlitefile::PageManifest* manifest, ProgressMeter& meter)
    : base_(base), modified_(modified), wanted_(method), manifest_(manifest), meter_(meter) {}

/// Whether stored rows of one side can be compared with those of the other.
bool TableComparer::are_bytes_comparable() {
  if (!are_bytes_comparable_) {
    are_bytes_comparable_ = wanted_ != ExtractMethod::Sqlite && base_.has_bytes() &&
                            modified_.has_bytes() &&
                            base_.pages().header().encoding == modified_.pages().header().encoding;
  }
  return *are_bytes_comparable_;
}

void TableComparer::compare(const std::string& name, RowSink& sink) {
  const TableSchema& base = *base_.schema().find(name);
  const TableSchema& modified = *modified_.schema().find(name);
  if (!base.has_integer_key) note_nameless_rows(base);
  if (base.is_without_rowid || modified.is_without_rowid || !are_bytes_comparable()) {
    used_sqlite_ = true;
    compare_ordered(base_.handle(), base, modified_.handle(), modified, sink, meter_);
  } else if (base.has_integer_key && modified.has_integer_key) {
    compare_as_utf8(base, modified, sink);
  } else {
    compare_by_key(base, modified, sink);
  }
}

/// SQLite allows NULL in keys that are not the rowid.
void TableComparer::note_nameless_rows(const TableSchema& table) {
  std::string condition;
  for (const std::size_t column : key_positions(table)) {
    if (!condition.empty()) condition += " OR ";
    condition += gpkg::edit::sql_name(table.columns[column].name) + " IS NULL";
  }
  const std::string sql = fmt::format("SELECT 1 FROM main.{} WHERE {} LIMIT 1",
                                      gpkg::edit::sql_name(table.name), condition);
  for (const Snapshot* file : {&base_, &modified_}) {
    gpkg::edit::Statement statement(file->handle(), sql);
    if (!statement.step()) continue;
    notes_.push_back({table.name, TableNote::Reason::NoKey,
                      fmt::format("table {} has rows with NULL in their key; they cannot be named "
                                  "and are not compared",
                                  table.name)});
    return;
  }
}

void TableComparer::compare_by_key(const TableSchema& base, const TableSchema& modified,
                                   RowSink& sink) {
  KeySorter sorter(base);
  compare_as_utf8(base, modified, sorter);
  sorter.finish(sink, meter_);
}

void TableComparer::compare_as_utf8(const TableSchema& base, const TableSchema& modified,
                                    RowSink& sink) {
  const sqlitefile::TextEncoding encoding = base_.pages().header().encoding;
  if (encoding == sqlitefile::TextEncoding::Utf8) return compare_stored(base, modified, sink);
  Utf8Sink utf8(sink, encoding);
  compare_stored(base, modified, utf8);
}

void TableComparer::compare_stored(const TableSchema& base, const TableSchema& modified,
                                   RowSink& sink) {
  RawLayout base_layout = read_layout(base_.handle(), base);
  RawLayout modified_layout = read_layout(modified_.handle(), modified);
  const RawSide base_side{&base_.pages(), base_layout.root, std::move(base_layout.columns)};
  const RawSide modified_side{&modified_.pages(), modified_layout.root,
                              std::move(modified_layout.columns)};
  std::uint64_t bytes_read = 0;
  RawOptions options;
  options.table = base.name;
  options.method = wanted_;
  options.manifest = manifest_;
  options.progress = [&](std::uint64_t bytes) {
    bytes_read += bytes;
    meter_.add(bytes);
  };
  const ExtractMethod used = compare_rowid_tables(base_side, modified_side, sink, options);
  (used == ExtractMethod::Pages ? pages_bytes_ : leaves_bytes_) += bytes_read;
}

ExtractMethod TableComparer::method() const {
  if (used_sqlite_) return ExtractMethod::Sqlite;
  return pages_bytes_ > leaves_bytes_ ? ExtractMethod::Pages : ExtractMethod::Leaves;
}

}  // namespace qfcsync::extraction
