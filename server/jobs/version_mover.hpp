#pragma once

#include "domain/repositories.hpp"
#include "domain/services.hpp"
#include "domain/timestamp.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace qfcsync::server {

/// Moves versions to where they belong, after they were acknowledged, one at a time, with low
/// priority: older ones into the repository of their project, a newest one out of it again. Takes
/// the bytes of deleted versions out of repositories.
///
/// A version leaves its old place only when the new one has it durably and was read back. What a
/// killed process left half done is done again by the next one; the data folders of older servers
/// come over in the same way.
class VersionMover {
 public:
  explicit VersionMover(Services& services);
  ~VersionMover();

  /// Breaks off what is being moved and waits for the thread. wake() may still be called after it.
  void stop();

  /// Looks for work at once. Thread-safe.
  void wake();

 private:
  /// A version that waits, and where it is.
  struct Waiting {
    std::string project_id;
    std::int64_t seq = 0;
    std::string id;
    std::int64_t file_id = 0;
    std::string name;
    std::string sha256;
    std::string etag;
    std::int64_t size = 0;
    Timestamp uploaded_at = 0;
    std::string uploaded_by;
    bool is_newest = false;
    bool in_repository = false;
  };

  void work();
  /// @return false at the end
  bool wait();
  bool is_stopping();
  void move_all();
  std::vector<Waiting> waiting_after(const std::string& project_id, std::int64_t seq);
  void move_one(const Waiting& version);
  void move_in(const Waiting& version);
  void check_moved(const Waiting& version);
  void record_moved_in(const Waiting& version);
  void move_out(const Waiting& version);
  void forget_waiting(const Waiting& version);
  void prune_all();
  void prune_one(const std::string& project_id, std::int64_t deaths);
  void prune_contents(const std::string& project_id);
  /// The repository of that project, kept open while versions of it come one after another.
  Repository& repository_of(const std::string& project_id);

  Services& services_;
  std::optional<Repository> repository_;  // of open_project_; both of the thread
  std::string open_project_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_news_ = true;      // guarded by mutex_
  bool is_stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace qfcsync::server
