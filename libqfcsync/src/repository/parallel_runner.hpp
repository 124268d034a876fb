#pragma once

#include "chunk/work_runner.hpp"
#include "extract/worker_threads.hpp"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>

namespace qfcsync::repository {

/// Runs pieces on the caller's thread and on others, as many as the machine has processors for.
/// They are started with the first run of two pieces, and end with this object; the caller's joins
/// in finish().
class ParallelRunner : public chunk::WorkRunner {
 public:
  ParallelRunner() : lanes_(extraction::thread_count(0)) {}
  ~ParallelRunner() override;
  ParallelRunner(const ParallelRunner&) = delete;
  ParallelRunner& operator=(const ParallelRunner&) = delete;

  std::size_t lanes() const override { return lanes_; }
  void begin(std::size_t pieces, Work work) override;
  /// After an error no more pieces are begun; the first error is thrown.
  void finish() override;

 private:
  void start_threads();
  void serve(std::size_t lane);
  /// Does pieces until none is left to begin. The lock is held before and after.
  void do_pieces(std::unique_lock<std::mutex>& lock, std::size_t lane);

  std::size_t lanes_;
  bool is_started_ = false;
  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  Work work_;
  std::size_t pieces_ = 0;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  std::exception_ptr error_;
  bool is_ended_ = false;
  extraction::WorkerThreads threads_;  // last: end before what they use
};

}  // namespace qfcsync::repository
