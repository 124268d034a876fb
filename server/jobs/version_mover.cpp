#include "jobs/version_mover.hpp"

#include <qfcsync/error.hpp>

#include "domain/version_places.hpp"

#include <chrono>
#include <set>

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

namespace qfcsync::server {
namespace {

/// What failed (full disk) is tried again, and what is due is looked for, this often.
constexpr std::chrono::seconds kRetryInterval{15};
/// Versions that are asked for at once.
constexpr int kWaitingAtOnce = 200;
/// Whoever waits for an answer comes first.
constexpr int kNiceness = 10;
constexpr Timestamp kMicroseconds = 1'000'000;

std::chrono::system_clock::time_point time_point_of(Timestamp time) {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(time));
}

/// Names in a repository: a file that is deleted and one of the same name after it are two, and
/// names that exclude each other in a folder do not meet.
std::string path_of(std::int64_t file_id) { return fmt::format("file-{}", file_id); }

}  // namespace

VersionMover::VersionMover(Services& services) : services_(services), thread_([this] { work(); }) {}

VersionMover::~VersionMover() { stop(); }

void VersionMover::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  services_.repositories.stop();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void VersionMover::wake() {
  {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
  }
  changed_.notify_all();
}

bool VersionMover::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kRetryInterval, [&] { return has_news_ || is_stopping_; });
  has_news_ = false;
  return !is_stopping_;
}

bool VersionMover::is_stopping() {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

void VersionMover::work() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
  while (wait()) {
    try {
      move_all();
      prune_all();
    } catch (const std::exception& error) {
      if (!is_stopping()) spdlog::error("moving versions: {}", error.what());
    }
    if (!repository_) continue;
    repository_.reset();
    ::malloc_trim(0);  // an idle server stays small
  }
}

void VersionMover::move_all() {
  std::string project_id;
  std::int64_t seq = 0;
  for (;;) {
    const auto versions = waiting_after(project_id, seq);
    if (versions.empty()) return;
    for (const Waiting& version : versions) {
      if (is_stopping()) return;
      try {
        move_one(version);
      } catch (const std::exception& error) {  // the others must not wait for it
        if (is_stopping()) return;
        repository_.reset();
        spdlog::error("version {} of {} in project {} stays where it is: {}", version.id,
                      version.name, version.project_id, error.what());
      }
    }
    project_id = versions.back().project_id;
    seq = versions.back().seq;
  }
}

std::vector<VersionMover::Waiting> VersionMover::waiting_after(const std::string& project_id,
                                                               std::int64_t seq) {
  return services_.db.read([&](Connection& db) {
    return db.all(
        "SELECT f.project_id, v.seq, v.id, f.id, f.name, v.sha256, v.etag, v.size, v.uploaded_at, "
        "coalesce(u.username, ''), v.in_repository, NOT EXISTS (SELECT 1 FROM file_version n "
        "WHERE n.file_id = v.file_id AND n.seq > v.seq) FROM waiting_version w "
        "JOIN file_version v ON v.id = w.version_id JOIN file f ON f.id = v.file_id "
        "LEFT JOIN user u ON u.id = v.uploaded_by WHERE (f.project_id, v.seq) > (?, ?) "
        "ORDER BY f.project_id, v.seq LIMIT ?",
        {project_id, seq, kWaitingAtOnce}, [](const Row& row) {
          Waiting version;
          version.project_id = row.text(0);
          version.seq = row.integer(1);
          version.id = row.text(2);
          version.file_id = row.integer(3);
          version.name = row.text(4);
          version.sha256 = row.text(5);
          version.etag = row.text(6);
          version.size = row.integer(7);
          version.uploaded_at = row.integer(8);
          version.uploaded_by = row.text(9);
          version.in_repository = row.boolean(10);
          version.is_newest = row.boolean(11);
          return version;
        });
  });
}

void VersionMover::move_one(const Waiting& version) {
  if (!version.is_newest && !version.in_repository) {
    move_in(version);
  } else if (version.is_newest && version.in_repository) {
    move_out(version);
  } else {
    forget_waiting(version);
  }
}

Repository& VersionMover::repository_of(const std::string& project_id) {
  if (!repository_ || open_project_ != project_id) {
    repository_.reset();
    repository_.emplace(services_.repositories.open_to_write(project_id));
    open_project_ = project_id;
  }
  return *repository_;
}

void VersionMover::move_in(const Waiting& version) {
  Repository& repository = repository_of(version.project_id);
  if (!repository.content(version.sha256)) {
    const WorkFolder work(services_.config);
    const WorkingFile file{path_of(version.file_id), work.path() / "content", true};
    services_.store->materialize(version.sha256, file.file);
    CommitOptions options;
    options.author = version.uploaded_by;
    options.time = time_point_of(version.uploaded_at);
    options.message = version.name;
    options.with_changes = false;
    repository.commit({&file, 1}, {}, options);
  }
  check_moved(version);
  record_moved_in(version);
  services_.wake_jobs();  // removes the plain content
}

/// Reads all of it back: the plain content goes away after this.
void VersionMover::check_moved(const Waiting& version) {
  Repository& repository = repository_of(version.project_id);
  repository.check_content(version.sha256);
  const auto content = repository.content(version.sha256);
  const bool is_same = content && content->size == static_cast<std::uint64_t>(version.size) &&
                       content->etag == version.etag;
  if (is_same) return;
  throw Error(ErrorCode::Corrupt, "its size or entity tag is not what the database says");
}

void VersionMover::record_moved_in(const Waiting& version) {
  const auto bytes = static_cast<std::int64_t>(repository_of(version.project_id).stored_bytes());
  services_.db.write([&](Connection& db) {
    const int moved = db.run(
        "UPDATE file_version SET in_repository = 1 WHERE id = ?1 AND EXISTS (SELECT 1 FROM "
        "file_version n WHERE n.file_id = file_version.file_id AND n.seq > file_version.seq)",
        {version.id});
    db.run("DELETE FROM waiting_version WHERE version_id = ?", {version.id});
    db.run("UPDATE project SET repository_bytes = ? WHERE id = ?", {bytes, version.project_id});
    if (moved == 0) return note_dead_content(db, version.project_id);  // deleted, or the newest now
    db.run("INSERT OR IGNORE INTO unused_content VALUES (?)", {version.sha256});
  });
}

void VersionMover::move_out(const Waiting& version) {
  std::unique_ptr<ObjectWriter> writer;
  if (!services_.store->contains(version.sha256)) {
    writer = rebuild_content(services_, version.project_id, version.sha256);
  }
  const std::shared_lock gate(services_.content_gate);
  if (writer) {
    publish_rebuilt(services_, version.project_id, version.sha256, *writer);
  } else {
    make_plain(services_, version.project_id, version.sha256);
  }
}

void VersionMover::forget_waiting(const Waiting& version) {
  services_.db.write([&](Connection& db) {
    // Unless it became wrong a moment ago.
    db.run(
        "DELETE FROM waiting_version WHERE version_id = ?1 AND EXISTS (SELECT 1 FROM file_version "
        "v WHERE v.id = ?1 AND v.in_repository = EXISTS (SELECT 1 FROM file_version n WHERE "
        "n.file_id = v.file_id AND n.seq > v.seq))",
        {version.id});
  });
}

void VersionMover::prune_all() {
  const Timestamp due = now() - services_.config.prune_delay_seconds * kMicroseconds;
  const auto projects = services_.db.read([&](Connection& db) {
    return db.all("SELECT project_id, deaths FROM dead_content WHERE since <= ?", {due},
                  [](const Row& row) { return std::pair(row.text(0), row.integer(1)); });
  });
  for (const auto& [project_id, deaths] : projects) {
    if (is_stopping()) return;
    try {
      prune_one(project_id, deaths);
    } catch (const std::exception& error) {
      if (is_stopping()) return;
      repository_.reset();
      spdlog::error("deleted versions of project {} stay on disk: {}", project_id, error.what());
    }
  }
}

void VersionMover::prune_one(const std::string& project_id, std::int64_t deaths) {
  const bool is_there = services_.db.read([&](Connection& db) {
    return db.integer("SELECT 1 FROM project WHERE id = ?", {project_id}).has_value();
  });
  if (is_there) {
    prune_contents(project_id);
  } else {
    repository_.reset();
    if (!services_.repositories.remove(project_id)) return;  // somebody reads; next time
  }
  services_.db.write([&](Connection& db) {
    // More may have died meanwhile.
    db.run("DELETE FROM dead_content WHERE project_id = ? AND deaths = ?", {project_id, deaths});
  });
}

void VersionMover::prune_contents(const std::string& project_id) {
  if (!services_.repositories.find(project_id)) return;
  const auto named = services_.db.read([&](Connection& db) {
    std::set<std::string, std::less<>> contents;
    db.each(
        "SELECT v.sha256 FROM file_version v JOIN file f ON f.id = v.file_id "
        "WHERE f.project_id = ?",
        {project_id}, [&](const Row& row) { contents.insert(row.text(0)); });
    return contents;
  });
  PruneRules rules;
  rules.grace = std::chrono::hours(0);  // readers look again when a pack is gone
  bool is_anything_read = false;
  rules.keeps = [&](std::string_view sha256) {
    if (named.contains(sha256)) return true;
    const bool is_read = services_.repositories.is_read(project_id, sha256);
    is_anything_read |= is_read;
    return is_read;
  };
  repository_of(project_id).prune(rules);
  const auto bytes = static_cast<std::int64_t>(repository_of(project_id).stored_bytes());
  services_.db.write([&](Connection& db) {
    db.run("UPDATE project SET repository_bytes = ? WHERE id = ?", {bytes, project_id});
    if (is_anything_read) note_dead_content(db, project_id);
  });
}

}  // namespace qfcsync::server
