#include "jobs/runner.hpp"

#include <qfcsync/error.hpp>

#include "jobs/apply_job.hpp"
#include "jobs/create_job.hpp"
#include "jobs/package_job.hpp"
#include "jobs/process_job.hpp"

#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};
constexpr Timestamp kDay = 24ll * 3600 * kSecond;

/// The feedback of a job that applies deltas by request. What became of each delta stands in the
/// jobs of its batches.
std::string apply_feedback(const std::string& error) {
  const bool is_done = error.empty();
  const std::vector<JobStep> steps = {
      {"start_qgis_app", "Start", true, ""},
      {"download_project_directory", "Collect the project's files", true, ""},
      {"apply_deltas", "Apply deltas", is_done, R"({"delta_feedback":[]})"},
      {"stop_qgis_app", "Stop", is_done, ""},
      {"upload_project_directory", "Publish the changed files", is_done, ""}};
  return feedback_document("apply_changes", "Apply Changes", steps, error,
                           is_done ? "" : "UNABLE_TO_CONTINUE");
}

}  // namespace

JobRunner::JobRunner(Services& services, std::size_t threads) : services_(services) {
  services_.db.write([](Connection& db) {
    db.run("UPDATE job SET status = 'pending' WHERE status IN ('queued', 'started')");
  });
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

JobRunner::~JobRunner() { stop(); }

void JobRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void JobRunner::wake() {
  {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
  }
  changed_.notify_all();
}

void JobRunner::wake_for_deltas() {
  {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
    next_retry_ = {};
  }
  changed_.notify_all();
}

bool JobRunner::wait(bool& has_deltas) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kRetryInterval, [&] { return has_news_ || is_stopping_; });
  has_news_ = false;
  const auto time = std::chrono::steady_clock::now();
  has_deltas = time >= next_retry_;
  if (has_deltas) next_retry_ = time + kRetryInterval;
  return !is_stopping_;
}

void JobRunner::work() {
  bool has_deltas = false;
  while (wait(has_deltas)) {
    try {
      while (const auto job = take()) run(*job);
      if (has_deltas) apply_left_deltas();
      remove_unused_contents(services_);
      drop_old_output();
    } catch (const std::exception& error) {
      spdlog::error("jobs: {}", error.what());
    }
  }
}

std::optional<JobRecord> JobRunner::take() {
  const std::lock_guard lock(mutex_);
  if (is_stopping_) return std::nullopt;
  const auto pending = services_.db.read([](Connection& db) {
    return db.all("SELECT id, project_id FROM job WHERE status = 'pending' ORDER BY seq", {},
                  [](const Row& row) { return std::pair(row.text(0), row.text(1)); });
  });
  for (const auto& [id, project_id] : pending) {
    if (running_projects_.contains(project_id)) continue;
    const std::string& job_id = id;
    auto job = services_.db.write([&](Connection& db) {
      start_job(db, job_id, now());
      return find_job(db, job_id);
    });
    if (!job) continue;  // its project was deleted a moment ago
    running_projects_.insert(project_id);
    return job;
  }
  return std::nullopt;
}

void JobRunner::run(const JobRecord& job) {
  std::exception_ptr failure;
  try {
    do_job(job);
  } catch (...) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    running_projects_.erase(job.project_id);
    has_news_ = true;  // another job of the project may have waited for this one
  }
  changed_.notify_all();
  if (failure) std::rethrow_exception(failure);
}

void JobRunner::do_job(const JobRecord& job) {
  try {
    if (job.type == "package") {
      run_package_job(services_, job);
    } else if (job.type == "create_project") {
      run_create_job(services_, job);
    } else if (job.type == "process_projectfile") {
      run_process_job(services_, job);
    } else {
      const bool is_done =
          apply_pending_deltas(services_, job.project_id, job.created_by.value_or(0), kPatience);
      if (!is_done) throw Error(ErrorCode::Busy, "the project is busy; its deltas stay pending");
      services_.db.write([&](Connection& db) {
        finish_job(db, job.id, true, apply_feedback(""), "pending deltas applied");
      });
    }
  } catch (const std::exception& error) {
    spdlog::error("job {} ({}): {}", job.id, job.type, error.what());
    constexpr const char* kReason = "The server could not do the job.";
    const bool applies = job.type == "delta_apply";
    services_.db.write([&](Connection& db) {
      finish_job(db, job.id, false,
                 applies ? apply_feedback(kReason)
                         : feedback_document(job.type, job.type, {}, kReason, "UNKNOWN"),
                 kReason);
    });
  }
}

void JobRunner::drop_old_output() {
  {
    const std::lock_guard lock(mutex_);
    const auto time = std::chrono::steady_clock::now();
    if (time < next_cleaning_) return;
    next_cleaning_ = time + kCleaningInterval;
  }
  const Timestamp before = now() - services_.config.keep_job_output_days * kDay;
  services_.db.write([&](Connection& db) { drop_job_output(db, before); });
}

void JobRunner::apply_left_deltas() {
  for (const auto& [project_id, user_id] : projects_with_pending_deltas(services_)) {
    try {
      apply_pending_deltas(services_, project_id, user_id, kPatience);
    } catch (const std::exception& error) {  // the other projects' deltas must not wait
      spdlog::error("deltas of project {} stay pending: {}", project_id, error.what());
    }
  }
}

}  // namespace qfcsync::server
