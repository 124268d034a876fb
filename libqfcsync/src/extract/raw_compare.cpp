#include "extract/raw_compare.hpp"

#include <qfcsync/error.hpp>

#include "extract/raw_rows.hpp"
#include "sqlitefile/manifest_pages.hpp"
#include "sqlitefile/payload.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace qfcsync::extraction {
namespace {

using sqlitefile::Cell;
using sqlitefile::LeafPage;
using sqlitefile::Pages;

// Leaves between two reports of progress.
constexpr std::uint32_t kReportStep = 256;
// After so many pairs of leaves in a row that differ, only every kRetryStep-th is compared whole.
constexpr std::uint32_t kPatience = 4;
constexpr std::uint32_t kRetryStep = 8;

/// Whether comparing whole leaves pays, from how it went so far.
class PageChoice {
 public:
  explicit PageChoice(ExtractMethod method) noexcept : method_(method) {}

  bool try_pages() noexcept {
    if (method_ != ExtractMethod::Auto) return method_ == ExtractMethod::Pages;
    return failures_ < kPatience || ++failures_ % kRetryStep == 0;
  }
  void same() noexcept {
    failures_ = 0;
    ++same_;
  }
  void different() noexcept { ++failures_; }
  void merged() noexcept { ++merged_; }
  ExtractMethod mostly() const noexcept {
    if (method_ != ExtractMethod::Auto) return method_;
    return same_ > merged_ ? ExtractMethod::Pages : ExtractMethod::Leaves;
  }

 private:
  ExtractMethod method_;
  std::uint32_t failures_ = 0;  // in a row
  std::uint64_t same_ = 0;
  std::uint64_t merged_ = 0;
};

class TableCompare {
 public:
  TableCompare(Pages& base_pages, const RawSide& base, const RawSide& modified, RowSink& sink,
               const RawOptions& options);
  RawResult run();

 private:
  bool skip_same_leaves();
  bool is_same_leaf() const;
  void compare_overflow();
  void merge_leaves();
  void skip_same_rows();
  void compare_row();
  void finish();
  void count_leaf();
  void report();

  RawRows base_;
  RawRows modified_;
  const RawSide& base_side_;
  const RawSide& modified_side_;
  RowSink& sink_;
  const RawOptions& options_;
  PageChoice choice_;
  /// Equal bytes are equal rows.
  bool is_same_layout_;
  /// A leaf of one file can be compared with one of the other as a whole.
  bool has_same_pages_;
  std::uint64_t started_;  // bytes read before
  std::uint64_t reported_;
  std::uint32_t until_report_ = kReportStep;
};

std::uint64_t bytes_read(const RawSide& base, const RawSide& modified) {
  return base.pages->bytes_read() + modified.pages->bytes_read();
}

bool have_same_pages(const sqlitefile::FileHeader& a, const sqlitefile::FileHeader& b) {
  return a.page_size == b.page_size && a.usable_size == b.usable_size;
}

TableCompare::TableCompare(Pages& base_pages, const RawSide& base, const RawSide& modified,
                           RowSink& sink, const RawOptions& options)
    : base_(base_pages, base.root, base.columns, options.range),
      modified_(*modified.pages, modified.root, modified.columns, options.range),
      base_side_(base),
      modified_side_(modified),
      sink_(sink),
      options_(options),
      choice_(options.method),
      is_same_layout_(base.columns == modified.columns),
      has_same_pages_(is_same_layout_ &&
                      have_same_pages(base.pages->header(), modified.pages->header())),
      started_(bytes_read(base, modified)),
      reported_(started_) {}

RawResult TableCompare::run() {
  bool has_base = base_.next_leaf();
  bool has_modified = modified_.next_leaf();
  while (has_base && has_modified) {
    if (!skip_same_leaves()) merge_leaves();
    if (!base_.has_row()) has_base = base_.next_leaf();
    if (!modified_.has_row()) has_modified = modified_.next_leaf();
    count_leaf();
  }
  finish();
  report();
  return {choice_.mostly(),
          {base_.begin_place(), base_.end_place()},
          {modified_.begin_place(), modified_.end_place()},
          bytes_read(base_side_, modified_side_) - started_};
}

/// The rows that are left on one side.
void TableCompare::finish() {
  while (base_.has_row() || (!base_.is_done() && base_.next_leaf())) {
    for (; base_.has_row(); base_.next_row()) sink_.deleted(base_.values(base_.cell()));
    count_leaf();
  }
  while (modified_.has_row() || (!modified_.is_done() && modified_.next_leaf())) {
    for (; modified_.has_row(); modified_.next_row()) {
      sink_.inserted(modified_.values(modified_.cell()));
    }
    count_leaf();
  }
}

/// Both sides are at the start of leaves that hold the same: goes past them.
bool TableCompare::skip_same_leaves() {
  if (!base_.has_whole_leaf() || !modified_.has_whole_leaf()) return false;
  if (!has_same_pages_ || !choice_.try_pages()) return false;
  if (!is_same_leaf()) {
    choice_.different();
    return false;
  }
  choice_.same();
  const LeafPage& leaf = modified_.leaf();
  if (leaf.may_overflow()) compare_overflow();
  const std::int64_t last = leaf.cell(leaf.count() - 1).rowid;
  base_.skip_leaf(last);
  modified_.skip_leaf(last);
  return true;
}

bool TableCompare::is_same_leaf() const {
  const LeafPage& a = base_.leaf();
  const LeafPage& b = modified_.leaf();
  const std::uint32_t begin = sqlitefile::btree_header_offset(a.page());
  if (begin != sqlitefile::btree_header_offset(b.page())) return false;
  if (a.bytes() == b.bytes()) return true;
  return std::memcmp(a.bytes() + begin, b.bytes() + begin,
                     base_side_.pages->header().usable_size - begin) == 0;
}

/// Equal leaves name the same overflow pages by number, but SQLite overwrites a row of the same
/// size in place: what those pages hold may differ.
void TableCompare::compare_overflow() {
  const LeafPage& leaf = modified_.leaf();
  for (std::uint32_t i = 0; i < leaf.count(); ++i) {
    const Cell after = leaf.cell(i);
    if (after.overflow == 0) continue;
    const Cell before = base_.leaf().cell(i);
    if (!same_payload(base_.pages(), before, modified_.pages(), after)) {
      sink_.updated(base_.values(before), modified_.values(after));
    }
  }
}

/// Row by row until one of the leaves ends.
void TableCompare::merge_leaves() {
  choice_.merged();
  while (true) {
    if (has_same_pages_) skip_same_rows();
    if (!base_.has_row() || !modified_.has_row()) return;
    const std::int64_t before = base_.cell().rowid;
    const std::int64_t after = modified_.cell().rowid;
    if (before == after) {
      compare_row();
      base_.next_row();
      modified_.next_row();
    } else if (before < after) {
      sink_.deleted(base_.values(base_.cell()));
      base_.next_row();
    } else {
      sink_.inserted(modified_.values(modified_.cell()));
      modified_.next_row();
    }
  }
}

/// Goes past rows that are the same bytes, key included, without taking them apart.
void TableCompare::skip_same_rows() {
  if (!base_.has_row() || !modified_.has_row()) return;
  const LeafPage& a = base_.leaf();
  const LeafPage& b = modified_.leaf();
  const std::uint32_t rows = std::min(base_.rows_left(), modified_.rows_left());
  std::uint32_t same = 0;
  for (; same < rows; ++same) {
    const std::string_view bytes = a.whole_cell(base_.index() + same);
    if (bytes.empty() || !b.cell_begins_with(modified_.index() + same, bytes)) break;
  }
  if (same == 0) return;
  base_.skip_rows(same);
  modified_.skip_rows(same);
}

void TableCompare::compare_row() {
  const Cell& before = base_.cell();
  const Cell& after = modified_.cell();
  if (is_same_layout_ && same_payload(base_.pages(), before, modified_.pages(), after)) return;
  sink_.updated(base_.values(before), modified_.values(after));
}

void TableCompare::count_leaf() {
  if (--until_report_ > 0) return;
  until_report_ = kReportStep;
  report();
}

void TableCompare::report() {
  if (!options_.progress) return;
  const std::uint64_t now = bytes_read(base_side_, modified_side_);
  options_.progress(now - reported_);
  reported_ = now;
}

}  // namespace

RawResult compare_rowid_tables(const RawSide& base, const RawSide& modified, RowSink& sink,
                               const RawOptions& options) {
  if (base.columns.size() != modified.columns.size()) {
    throw Error(ErrorCode::SchemaMismatch,
                fmt::format("table {}: the two files have different columns", options.table));
  }
  try {
    std::optional<sqlitefile::ManifestPages> known;
    if (options.manifest) known.emplace(*base.pages, *modified.pages, *options.manifest);
    Pages& base_pages = known ? static_cast<Pages&>(*known) : *base.pages;
    return TableCompare(base_pages, base, modified, sink, options).run();
  } catch (const sqlitefile::DamagedPage& error) {
    throw Error(ErrorCode::Corrupt, fmt::format("table {}: {}", options.table, error.what()));
  }
}

}  // namespace qfcsync::extraction
