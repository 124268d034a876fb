#pragma once

#include <qfcsync/repository.hpp>
#include <qfcsync/store.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace qfcsync::server {

/// The repositories with the older versions of all projects, one folder each.
///
/// Contents are found by their SHA-256; which versions have them stands in the database. All
/// methods may be called concurrently; the repositories that they give belong to one thread each.
class Repositories {
 public:
  explicit Repositories(const std::filesystem::path& folder)
      : folder_(std::filesystem::absolute(folder)) {}

  /// @return nothing if no version of the project has ever moved
  std::optional<Repository> find(const std::string& project_id);

  /// The one to put versions into; made if it is missing. stop() ends what is done with it.
  Repository open_to_write(const std::string& project_id);

  /// A content for reading at any place, from the pieces needed alone. It stays readable until
  /// the reader is gone, whatever becomes of its version.
  ///
  /// @errors NotFound: it is not there
  std::unique_ptr<ObjectReader> read(const std::string& project_id, const std::string& sha256);

  /// Whether somebody reads the content right now.
  bool is_read(const std::string& project_id, std::string_view sha256) const;

  /// Removes the repository of a project, unless somebody reads from it. @return whether it is gone
  bool remove(const std::string& project_id);

  /// What open_to_write() gave fails with Cancelled from now on: the process ends, and every
  /// change of a repository may be broken off at any place.
  void stop() { is_stopped_ = true; }

 private:
  using Readers = std::map<std::pair<std::string, std::string>, int>;
  class Pin;
  class Reader;

  std::filesystem::path folder_;
  std::atomic<bool> is_stopped_{false};
  mutable std::mutex mutex_;
  Readers readers_;  // guarded by mutex_
};

}  // namespace qfcsync::server
