#include "extract/table_compare.hpp"

#include "extract/ordered_compare.hpp"
#include "extract/raw_compare.hpp"
#include "extract/raw_layout.hpp"

#include <fmt/format.h>

namespace qfcsync::extraction {

TableComparer::TableComparer(Snapshot& base, Snapshot& modified, ExtractMethod method,
                             const sqlitefile::PageManifest* manifest, ProgressMeter& meter)
    : base_(base), modified_(modified), wanted_(method), manifest_(manifest), meter_(meter) {}

/// Whether stored rows of one side can be compared with those of the other.
bool TableComparer::are_bytes_comparable() {
  if (!are_bytes_comparable_) {
    are_bytes_comparable_ = wanted_ != ExtractMethod::Sqlite && !base_.has_pending_log() &&
                            !modified_.has_pending_log() &&
                            base_.pages().header().encoding == sqlitefile::TextEncoding::Utf8 &&
                            modified_.pages().header().encoding == sqlitefile::TextEncoding::Utf8;
  }
  return *are_bytes_comparable_;
}

void TableComparer::compare(const std::string& name, RowSink& sink) {
  const TableSchema& base = *base_.schema().find(name);
  const TableSchema& modified = *modified_.schema().find(name);
  if (base.has_integer_key && modified.has_integer_key && are_bytes_comparable()) {
    return compare_stored(base, modified, sink);
  }
  used_sqlite_ = true;
  const std::uint64_t nameless =
      compare_ordered(base_.handle(), base, modified_.handle(), modified, sink, meter_);
  if (nameless > 0) {
    notes_.push_back({name, TableNote::Reason::NoKey,
                      fmt::format("table {}: {} rows of both files have NULL in their key; they "
                                  "cannot be named and are not compared",
                                  name, nameless)});
  }
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
