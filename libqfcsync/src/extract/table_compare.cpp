#include "extract/table_compare.hpp"

#include "extract/key_sorter.hpp"
#include "extract/ordered_compare.hpp"
#include "extract/ordered_scan.hpp"
#include "extract/range_compare.hpp"
#include "extract/raw_layout.hpp"
#include "extract/utf8_sink.hpp"
#include "extract/worker_threads.hpp"
#include "gpkg/edit_statement.hpp"

#include <fmt/format.h>

namespace qfcsync::extraction {

TableComparer::TableComparer(Snapshot& base, Snapshot& modified, const ExtractOptions& options,
                             const sqlitefile::PageManifest* manifest, ProgressMeter& meter)
    : base_(base),
      modified_(modified),
      wanted_(options.method),
      threads_(thread_count(options.threads)),
      manifest_(manifest),
      meter_(meter),
      readers_(base, modified) {}

/// Whether stored rows of one side can be compared with those of the other.
bool TableComparer::are_bytes_comparable() {
  if (!are_bytes_comparable_) {
    are_bytes_comparable_ = wanted_ != ExtractMethod::Sqlite && base_.has_bytes() &&
                            modified_.has_bytes() &&
                            base_.pages().header().encoding == modified_.pages().header().encoding;
  }
  return *are_bytes_comparable_;
}

void TableComparer::compare(const std::string& name, TableChanges& changes) {
  const TableSchema& base = *base_.schema().find(name);
  const TableSchema& modified = *modified_.schema().find(name);
  if (!base.has_integer_key) note_nameless_rows(base);
  if (base.is_without_rowid || modified.is_without_rowid || !are_bytes_comparable()) {
    used_sqlite_ = true;
    compare_ordered(base_.handle(), base, modified_.handle(), modified, changes.whole(), meter_);
    return;
  }
  const Stored table = stored(base, modified);
  if (!base.has_integer_key || !modified.has_integer_key) {
    compare_by_key(base, table, changes.whole());
  } else if (!compare_ranges(table, changes)) {
    compare_whole(table, changes.whole());
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

void TableComparer::compare_by_key(const TableSchema& base, const Stored& table, RowSink& sink) {
  KeySorter sorter(base);
  compare_whole(table, sorter);
  sorter.finish(sink, meter_);
}

TableComparer::Stored TableComparer::stored(const TableSchema& base, const TableSchema& modified) {
  RawLayout base_layout = read_layout(base_.handle(), base);
  RawLayout modified_layout = read_layout(modified_.handle(), modified);
  Stored table;
  table.base = {&base_.pages(), base_layout.root, std::move(base_layout.columns)};
  table.modified = {&modified_.pages(), modified_layout.root, std::move(modified_layout.columns)};
  table.options.table = base.name;
  table.options.method = wanted_;
  table.options.manifest = manifest_;
  table.options.progress = [this](std::uint64_t bytes) { meter_.add(bytes); };
  return table;
}

/// False when the table has to be compared in one piece.
bool TableComparer::compare_ranges(const Stored& table, TableChanges& changes) {
  const bool is_utf8 = base_.pages().header().encoding == sqlitefile::TextEncoding::Utf8;
  if (threads_ == 1 || !is_utf8) return false;
  const std::vector<std::int64_t> keys = share_out(table.base, table.modified, threads_);
  if (keys.empty()) return false;
  const std::vector<FilePair*> others = readers_.get(threads_ - 1);
  if (others.empty()) return false;
  const auto result = extraction::compare_ranges(table.base, table.modified, others, keys,
                                                 changes.ranges(keys.size() + 1), table.options);
  if (!result) {
    changes.discard_ranges();
    return false;
  }
  count(*result);
  return true;
}

void TableComparer::compare_whole(const Stored& table, RowSink& sink) {
  const sqlitefile::TextEncoding encoding = base_.pages().header().encoding;
  if (encoding == sqlitefile::TextEncoding::Utf8) {
    return count(compare_rowid_tables(table.base, table.modified, sink, table.options));
  }
  Utf8Sink utf8(sink, encoding);
  count(compare_rowid_tables(table.base, table.modified, utf8, table.options));
}

void TableComparer::count(const RawResult& result) {
  (result.method == ExtractMethod::Pages ? pages_bytes_ : leaves_bytes_) += result.bytes_read;
}

ExtractMethod TableComparer::method() const {
  if (used_sqlite_) return ExtractMethod::Sqlite;
  return pages_bytes_ > leaves_bytes_ ? ExtractMethod::Pages : ExtractMethod::Leaves;
}

}  // namespace qfcsync::extraction
