#pragma once

#include "domain/jobs.hpp"
#include "domain/services.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace qfcsync::server {

/// Runs pending jobs, oldest first, at most one per project at a time.
///
/// Jobs that a killed process left running start again; deltas it left pending are applied.
class JobRunner {
 public:
  JobRunner(Services& services, std::size_t threads);
  ~JobRunner();

  /// Waits for the running jobs; starts no more. wake() may still be called after it.
  void stop();

  /// Looks for new jobs at once. Thread-safe.
  void wake();
  /// The same for deltas that wait to be applied.
  void wake_for_deltas();

 private:
  /// Deltas that could not be applied (full disk) are tried again this often.
  static constexpr std::chrono::seconds kRetryInterval{15};

  /// Logs of old jobs are looked for this often.
  static constexpr std::chrono::hours kCleaningInterval{1};

  void work();
  /// Waits for something to do. @return false at the end
  bool wait(bool& has_deltas);
  std::optional<JobRecord> take();
  void run(const JobRecord& job);
  void do_job(const JobRecord& job);
  void apply_left_deltas();
  void drop_old_output();

  Services& services_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> running_projects_;               // guarded by mutex_
  bool has_news_ = true;                                 // guarded by mutex_
  bool is_stopping_ = false;                             // guarded by mutex_
  std::chrono::steady_clock::time_point next_retry_;     // guarded by mutex_
  std::chrono::steady_clock::time_point next_cleaning_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace qfcsync::server
