#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace qfcsync::extraction {

/// Most threads that one comparison takes: each needs memory for windows of both files.
inline constexpr unsigned kMaxThreads = 4;

/// @param wanted  as ExtractOptions::threads
/// @return        1 to kMaxThreads
unsigned thread_count(unsigned wanted);

/// Threads that end with this object. They get no signals of the program that we are part of.
class WorkerThreads {
 public:
  WorkerThreads() = default;
  ~WorkerThreads();
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;

  /// @param work  does not throw
  /// @return      false when the system has no more threads
  bool start(std::function<void()> work);

 private:
  std::vector<std::thread> threads_;
};

}  // namespace qfcsync::extraction
