#include "extract/ordered_compare.hpp"

#include "extract/ordered_scan.hpp"

#include <algorithm>

#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

constexpr int kStepsPerCheck = 100'000;

/// Lets the caller stop SQLite while it sorts.
class Interruption {
 public:
  Interruption(sqlite3* database, ProgressMeter& meter) : database_(database) {
    sqlite3_progress_handler(database, kStepsPerCheck, &check, &meter);
  }
  ~Interruption() { sqlite3_progress_handler(database_, 0, nullptr, nullptr); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  static int check(void* meter) { return static_cast<ProgressMeter*>(meter)->poll() ? 0 : 1; }

  sqlite3* database_;
};

class OrderedComparison {
 public:
  OrderedComparison(OrderedScan& base, OrderedScan& modified, RowSink& sink, ProgressMeter& meter)
      : base_(base), modified_(modified), sink_(sink), meter_(meter) {}

  void run() {
    next_base();
    next_modified();
    while (has_base_ || has_modified_) {
      const int order = !has_base_       ? 1
                        : !has_modified_ ? -1
                                         : compare_keys(base_.key(), modified_.key());
      if (order < 0) {
        sink_.deleted(base_.row());
        next_base();
      } else if (order > 0) {
        sink_.inserted(modified_.row());
        next_modified();
      } else {
        take_pair();
        next_base();
        next_modified();
      }
    }
  }

 private:
  /// Keys that sort alike, 1 and 1.0, are still two keys.
  void take_pair() {
    if (!std::ranges::equal(base_.key(), modified_.key())) {
      sink_.deleted(base_.row());
      sink_.inserted(modified_.row());
    } else if (!std::ranges::equal(base_.row(), modified_.row())) {
      sink_.updated(base_.row(), modified_.row());
    }
  }

  void next_base() {
    has_base_ = base_.next();
    if (has_base_) meter_.add(base_.row_bytes());
  }

  void next_modified() {
    has_modified_ = modified_.next();
    if (has_modified_) meter_.add(modified_.row_bytes());
  }

  OrderedScan& base_;
  OrderedScan& modified_;
  RowSink& sink_;
  ProgressMeter& meter_;
  bool has_base_ = false;
  bool has_modified_ = false;
};

}  // namespace

void compare_ordered(sqlite3* base, const TableSchema& base_table, sqlite3* modified,
                     const TableSchema& modified_table, RowSink& sink, ProgressMeter& meter) {
  const Interruption base_interruption(base, meter);
  const Interruption modified_interruption(modified, meter);
  try {
    OrderedScan base_scan(base, base_table);
    OrderedScan modified_scan(modified, modified_table);
    OrderedComparison(base_scan, modified_scan, sink, meter).run();
  } catch (...) {
    meter.throw_kept();
    throw;
  }
}

}  // namespace qfcsync::extraction
