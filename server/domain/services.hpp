#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/store.hpp>

#include "db/database.hpp"
#include "domain/accounts.hpp"
#include "domain/config.hpp"
#include "domain/project_locks.hpp"
#include "domain/repositories.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>

namespace qfcsync::server {

/// What every route and job works with. All members may be used concurrently.
struct Services {
  explicit Services(const Config& settings);

  Config config;
  Database db;
  /// Newest versions, packages, deltafiles: what is fetched often, at the speed of files.
  std::unique_ptr<ObjectStore> store;
  /// Older versions: small, and read piece by piece.
  Repositories repositories;
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

  /// A message for clients: names of files as the project knows them, no folder of the server.
  std::string without_paths(std::string text) const;

 private:
  std::filesystem::path path_;
};

/// True when the same work may succeed later: a full disk, a busy file.
bool is_passing(const Error& error);

/// Says that a content was stored which may never be named.
void note_unused_content(Services& services, const std::string& sha256);

/// Removes contents that no version, package or record names any more.
void remove_unused_contents(Services& services);

}  // namespace qfcsync::server
