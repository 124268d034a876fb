#pragma once

#include <qfcsync/store.hpp>

#include "db/database.hpp"
#include "domain/accounts.hpp"
#include "domain/config.hpp"
#include "domain/project_locks.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <shared_mutex>

namespace qfcsync::server {

/// What every route and job works with. All members may be used concurrently.
struct Services {
  explicit Services(const Config& settings);

  Config config;
  Database db;
  std::unique_ptr<ObjectStore> store;
  Accounts accounts;
  ProjectLocks project_locks;
  /// Shared: between storing a content and the row that names it, and while contents are read in
  /// bulk. Exclusive: while unused contents are removed. So none is removed that is about to be
  /// used.
  std::shared_mutex content_gate;
  /// Wakes the job runner: there are new jobs, or contents to remove.
  std::function<void()> wake_jobs = [] {};
  /// Wakes the job runner: there are stored deltas that nobody applies.
  std::function<void()> wake_deltas = [] {};
};

/// A folder for the work of one job, removed with everything in it at the end.
class WorkFolder {
 public:
  explicit WorkFolder(const Config& config);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Removes contents that no version, package or record names any more.
void remove_unused_contents(Services& services);

}  // namespace qfcsync::server
