#include "extract/range_compare.hpp"

#include <qfcsync/error.hpp>

#include "extract/worker_threads.hpp"
#include "sqlitefile/tree_sketch.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

namespace qfcsync::extraction {
namespace {

/// Starting a thread and opening files again takes as long as comparing some hundred pages.
constexpr std::uint64_t kMinSharedBytes = 8u << 20;
/// The smallest range is so small a part of a thread's work.
constexpr std::size_t kSharesPerThread = 16;
/// Keys to choose from, so that ranges get even.
constexpr std::size_t kKeysPerShare = 2;
constexpr std::chrono::milliseconds kProgressPause{10};

struct Range {
  RowidRange rows;
  ChangeBatch* batch = nullptr;
  RawResult result;
};

/// One piece takes fewer files than ranges, each of which may have one for its changes.
bool is_out_of_files(const Error& error) {
  return error.origin() == ErrorOrigin::Os &&
         (error.native() == EMFILE || error.native() == ENFILE);
}

std::vector<Range> make_ranges(const std::vector<std::int64_t>& keys,
                               std::deque<ChangeBatch>& batches) {
  std::vector<Range> ranges(keys.size() + 1);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    ranges[i].batch = &batches[i];
    if (i == keys.size()) break;
    ranges[i].rows.last = keys[i];
    ranges[i + 1].rows.first = keys[i] + 1;
  }
  return ranges;
}

/// What all threads of one comparison share.
class RangeRun {
 public:
  RangeRun(const RawSide& base, const RawSide& modified, std::vector<Range>& ranges,
           const RawOptions& options)
      : base_(base), modified_(modified), ranges_(ranges), options_(options) {}

  /// @errors what the first failing thread threw
  void run(const std::vector<FilePair*>& others);

 private:
  template <typename Work>
  void attempt(Work&& work);
  void take_ranges(sqlitefile::PageReader& base, sqlitefile::PageReader& modified,
                   const RawProgress& progress);
  void work_beside(FilePair& files);
  void work_here();
  void wait_for_others();

  const RawSide& base_;
  const RawSide& modified_;
  std::vector<Range>& ranges_;
  const RawOptions& options_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> is_stopped_ = false;
  std::atomic<std::uint64_t> untold_bytes_ = 0;  // read by other threads
  std::mutex mutex_;                             // of what follows
  std::condition_variable changed_;
  std::size_t running_ = 0;  // other threads
  std::exception_ptr failure_;
};

template <typename Work>
void RangeRun::attempt(Work&& work) {
  try {
    work();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    is_stopped_ = true;
  }
}

void RangeRun::take_ranges(sqlitefile::PageReader& base, sqlitefile::PageReader& modified,
                           const RawProgress& progress) {
  RawSide base_side = base_;
  base_side.pages = &base;
  RawSide modified_side = modified_;
  modified_side.pages = &modified;
  RawOptions options = options_;
  options.progress = progress;
  for (std::size_t i = next_++; i < ranges_.size() && !is_stopped_; i = next_++) {
    options.range = ranges_[i].rows;
    ranges_[i].result = compare_rowid_tables(base_side, modified_side, *ranges_[i].batch, options);
    ranges_[i].batch->finish_filling();
  }
}

void RangeRun::work_beside(FilePair& files) {
  attempt([&] {
    take_ranges(files.base, files.modified, [this](std::uint64_t bytes) {
      untold_bytes_ += bytes;
      if (is_stopped_) throw Error(ErrorCode::Cancelled, "another thread stopped");
    });
  });
  const std::lock_guard lock(mutex_);
  --running_;
  changed_.notify_one();
}

void RangeRun::work_here() {
  take_ranges(*base_.pages, *modified_.pages, [this](std::uint64_t bytes) {
    if (is_stopped_) throw Error(ErrorCode::Cancelled, "another thread stopped");
    if (options_.progress) options_.progress(bytes + untold_bytes_.exchange(0));
  });
}

void RangeRun::wait_for_others() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kProgressPause, [this] { return running_ == 0; })) {
    if (!options_.progress || is_stopped_) continue;
    lock.unlock();
    options_.progress(untold_bytes_.exchange(0));
    lock.lock();
  }
}

void RangeRun::run(const std::vector<FilePair*>& others) {
  {
    WorkerThreads threads;
    for (FilePair* files : others) {
      {
        const std::lock_guard lock(mutex_);
        ++running_;
      }
      if (threads.start([this, files] { work_beside(*files); })) continue;
      const std::lock_guard lock(mutex_);
      --running_;
    }
    attempt([this] { work_here(); });
    attempt([this] { wait_for_others(); });
  }
  if (failure_) std::rethrow_exception(failure_);
  if (options_.progress) options_.progress(untold_bytes_.exchange(0));
}

/// Each range has to begin where the one before it ended, or rows would be lost or come twice.
bool are_joined(const std::vector<Range>& ranges) {
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    const RawResult& before = ranges[i - 1].result;
    const RawResult& after = ranges[i].result;
    if (before.base.end != after.base.begin || before.modified.end != after.modified.begin) {
      return false;
    }
  }
  return true;
}

RawResult sum_of(const std::vector<Range>& ranges) {
  RawResult sum;
  std::uint64_t pages_bytes = 0;
  for (const Range& range : ranges) {
    sum.bytes_read += range.result.bytes_read;
    if (range.result.method == ExtractMethod::Pages) pages_bytes += range.result.bytes_read;
  }
  const bool is_mostly_pages = pages_bytes > sum.bytes_read - pages_bytes;
  sum.method = is_mostly_pages ? ExtractMethod::Pages : ExtractMethod::Leaves;
  sum.base = {ranges.front().result.base.begin, ranges.back().result.base.end};
  sum.modified = {ranges.front().result.modified.begin, ranges.back().result.modified.end};
  return sum;
}

/// Large ranges first, since each has a cost of its own, small ones last, so that no thread works
/// on when the others have nothing left. How much there is to do in a range shows only in doing it.
std::vector<std::size_t> make_shares(std::size_t threads) {
  std::vector<std::size_t> shares;
  for (std::size_t left = threads * kSharesPerThread; left > 0; left -= shares.back()) {
    shares.push_back(std::max<std::size_t>(1, left / (2 * threads)));
  }
  return shares;
}

sqlitefile::TreeSketch sketch_of(const RawSide& side, std::size_t threads) {
  return sqlitefile::sketch_tree(*side.pages, side.root,
                                 threads * kSharesPerThread * kKeysPerShare);
}

}  // namespace

std::vector<std::int64_t> share_out(const RawSide& base, const RawSide& modified,
                                    std::size_t threads) try {
  const sqlitefile::TreeSketch a = sketch_of(base, threads);
  const sqlitefile::TreeSketch b = sketch_of(modified, threads);
  const std::uint64_t bytes =
      a.leaves * base.pages->header().page_size + b.leaves * modified.pages->header().page_size;
  if (bytes < kMinSharedBytes) return {};
  return sqlitefile::cut_keys(a.leaves > b.leaves ? a : b, make_shares(threads));
} catch (const sqlitefile::DamagedPage&) {
  return {};  // comparing will tell
}

std::optional<RawResult> compare_ranges(const RawSide& base, const RawSide& modified,
                                        const std::vector<FilePair*>& others,
                                        const std::vector<std::int64_t>& keys,
                                        std::deque<ChangeBatch>& batches,
                                        const RawOptions& options) {
  std::vector<Range> ranges = make_ranges(keys, batches);
  try {
    RangeRun(base, modified, ranges, options).run(others);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt && !is_out_of_files(error)) throw;
    return std::nullopt;
  }
  if (!are_joined(ranges)) return std::nullopt;
  return sum_of(ranges);
}

}  // namespace qfcsync::extraction
