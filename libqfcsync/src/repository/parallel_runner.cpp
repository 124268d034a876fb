#include "repository/parallel_runner.hpp"

#include <utility>

namespace qfcsync::repository {

ParallelRunner::~ParallelRunner() {
  const std::lock_guard lock(mutex_);
  is_ended_ = true;
  changed_.notify_all();
}

void ParallelRunner::begin(std::size_t pieces, Work work) {
  if (pieces > 1) start_threads();  // one alone does not pay for them
  const std::lock_guard lock(mutex_);
  work_ = std::move(work);
  pieces_ = pieces;
  next_ = 0;
  changed_.notify_all();
}

void ParallelRunner::finish() {
  std::unique_lock lock(mutex_);
  do_pieces(lock, 0);
  changed_.wait(lock, [&] { return running_ == 0; });
  pieces_ = next_ = 0;
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

/// Where the system has no more threads, those that there are do all.
void ParallelRunner::start_threads() {
  if (std::exchange(is_started_, true)) return;
  for (std::size_t lane = 1; lane < lanes_; ++lane) {
    if (!threads_.start([this, lane] { serve(lane); })) return;
  }
}

void ParallelRunner::serve(std::size_t lane) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_ended_ || next_ < pieces_; });
    if (is_ended_) return;
    do_pieces(lock, lane);
  }
}

void ParallelRunner::do_pieces(std::unique_lock<std::mutex>& lock, std::size_t lane) {
  ++running_;
  while (next_ < pieces_) {
    const std::size_t piece = next_++;
    lock.unlock();
    std::exception_ptr error;
    try {
      work_(piece, lane);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (!error) continue;
    if (!error_) error_ = error;
    next_ = pieces_;
  }
  --running_;
  if (running_ == 0) changed_.notify_all();
}

}  // namespace qfcsync::repository
