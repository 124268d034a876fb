#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace qfcsync::server {

/// One lock per project: work that reads a project's files and writes new versions of them is
/// serialised, everything else never waits.
class ProjectLocks {
 public:
  /// Held until the returned guard ends.
  class Guard {
   public:
    explicit Guard(std::shared_ptr<std::mutex> mutex) : mutex_(std::move(mutex)), lock_(*mutex_) {}

   private:
    std::shared_ptr<std::mutex> mutex_;
    std::unique_lock<std::mutex> lock_;
  };

  Guard lock(const std::string& project_id) { return Guard(mutex_of(project_id)); }

 private:
  std::shared_ptr<std::mutex> mutex_of(const std::string& project_id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(mutexes_, [](const auto& entry) { return entry.second.expired(); });
    auto& known = mutexes_[project_id];
    auto mutex = known.lock();
    if (!mutex) known = mutex = std::make_shared<std::mutex>();
    return mutex;
  }

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<std::mutex>> mutexes_;  // guarded by mutex_
};

}  // namespace qfcsync::server
