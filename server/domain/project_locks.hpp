#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace qfcsync::server {

/// One lock per project: work that reads a project's files and writes new versions of them is
/// serialised, everything else never waits.
class ProjectLocks {
 public:
  /// Held until the guard ends.
  class Guard {
   public:
    Guard(std::shared_ptr<std::timed_mutex> mutex, std::unique_lock<std::timed_mutex> lock)
        : mutex_(std::move(mutex)), lock_(std::move(lock)) {}
    bool is_held() const { return lock_.owns_lock(); }

    /// Gives the lock up for good; who waits for it gets it before the caller can come again.
    void release() {
      if (is_held()) lock_.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

   private:
    std::shared_ptr<std::timed_mutex> mutex_;
    std::unique_lock<std::timed_mutex> lock_;
  };

  Guard lock(const std::string& project_id) {
    auto mutex = mutex_of(project_id);
    std::unique_lock lock(*mutex);
    return {std::move(mutex), std::move(lock)};
  }

  /// Waits no longer than that; the guard may not be held then.
  Guard try_lock(const std::string& project_id, std::chrono::milliseconds patience) {
    auto mutex = mutex_of(project_id);
    std::unique_lock lock(*mutex, patience);
    return {std::move(mutex), std::move(lock)};
  }

 private:
  std::shared_ptr<std::timed_mutex> mutex_of(const std::string& project_id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(mutexes_, [](const auto& entry) { return entry.second.expired(); });
    auto& known = mutexes_[project_id];
    auto mutex = known.lock();
    if (!mutex) known = mutex = std::make_shared<std::timed_mutex>();
    return mutex;
  }

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<std::timed_mutex>> mutexes_;  // guarded by mutex_
};

}  // namespace qfcsync::server
