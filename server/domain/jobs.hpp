#pragma once

#include "db/database.hpp"
#include "domain/timestamp.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// One asynchronous task on a project, as clients poll it.
struct JobRecord {
  std::string id;
  std::string project_id;
  std::string type;
  std::string status;  ///< pending, queued, started, finished, failed
  std::optional<std::int64_t> created_by;
  Timestamp created_at = 0;
  Timestamp updated_at = 0;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::string> feedback;  ///< JSON
  std::optional<std::string> output;
};

enum class JobDetail { WithoutFeedback, WithFeedback };

/// The job object of the API; lists leave feedback and output out.
nlohmann::json job_json(const JobRecord& job, JobDetail detail);

/// @return id of a new pending job
std::string add_job(Connection& db, const std::string& project_id, const std::string& type,
                    std::int64_t user_id);

/// A `process_projectfile` job, unless the same user has an unfinished one: that reads the project
/// again when files came while it worked.
void add_process_job(Connection& db, const std::string& project_id, std::int64_t user_id);

std::optional<JobRecord> find_job(Connection& db, const std::string& id);
std::optional<JobRecord> find_unfinished_job(Connection& db, const std::string& project_id,
                                             const std::string& type);
/// Jobs of a project, oldest first. @param type  "" = all
std::vector<JobRecord> list_jobs(Connection& db, const std::string& project_id,
                                 const std::string& type);

void start_job(Connection& db, const std::string& id, Timestamp time);
void finish_job(Connection& db, const std::string& id, bool succeeded, const std::string& feedback,
                const std::string& output);

/// Drops the logs of jobs that ended before that time.
void drop_job_output(Connection& db, Timestamp before);

/// One step of a feedback document.
struct JobStep {
  std::string id;
  std::string name;
  bool is_done = false;
  std::string outputs;  ///< JSON object, "" = none
};

/// The feedback document of a job. @param error  "" on success
std::string feedback_document(const std::string& workflow_id, const std::string& workflow_name,
                              const std::vector<JobStep>& steps, const std::string& error,
                              const std::string& error_type);

}  // namespace qfcsync::server
