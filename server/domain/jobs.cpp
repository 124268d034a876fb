#include "domain/jobs.hpp"

#include "domain/uuid.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr std::string_view kSelect =
    "SELECT id, project_id, type, status, created_by, created_at, updated_at, started_at, "
    "finished_at, feedback, output FROM job ";

JobRecord read_job(const Row& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          row.optional_integer(4),
          row.integer(5),
          row.integer(6),
          row.optional_integer(7),
          row.optional_integer(8),
          row.optional_text(9),
          row.optional_text(10)};
}

json optional_time(const std::optional<Timestamp>& time) {
  return time ? json(to_iso(*time)) : json(nullptr);
}

}  // namespace

json job_json(const JobRecord& job, JobDetail detail) {
  json document = {{"id", job.id},
                   {"project_id", job.project_id},
                   {"type", job.type},
                   {"status", job.status},
                   {"created_by", job.created_by ? json(*job.created_by) : json(nullptr)},
                   {"created_at", to_iso(job.created_at)},
                   {"updated_at", to_iso(job.updated_at)},
                   {"started_at", optional_time(job.started_at)},
                   {"finished_at", optional_time(job.finished_at)}};
  if (detail == JobDetail::WithFeedback) {
    document["feedback"] =
        job.feedback ? json::parse(*job.feedback, nullptr, false) : json(nullptr);
    document["output"] = job.output ? json(*job.output) : json(nullptr);
  }
  return document;
}

std::string add_job(Connection& db, const std::string& project_id, const std::string& type,
                    std::int64_t user_id) {
  const std::string id = new_uuid();
  const Timestamp time = now();
  db.run(
      "INSERT INTO job (id, project_id, type, status, created_by, created_at, updated_at) "
      "VALUES (?, ?, ?, 'pending', ?, ?, ?)",
      {id, project_id, type, user_id, time, time});
  return id;
}

void add_process_job(Connection& db, const std::string& project_id, std::int64_t user_id) {
  const auto unfinished = db.integer(
      "SELECT 1 FROM job WHERE project_id = ? AND type = 'process_projectfile' "
      "AND created_by = ? AND status IN ('pending', 'queued', 'started')",
      {project_id, user_id});
  if (!unfinished) add_job(db, project_id, "process_projectfile", user_id);
}

std::optional<JobRecord> find_job(Connection& db, const std::string& id) {
  return db.first(fmt::format("{} WHERE id = ?", kSelect), {id}, read_job);
}

std::optional<JobRecord> find_unfinished_job(Connection& db, const std::string& project_id,
                                             const std::string& type) {
  return db.first(fmt::format("{} WHERE project_id = ? AND type = ? AND status IN "
                              "('pending', 'queued', 'started') ORDER BY seq",
                              kSelect),
                  {project_id, type}, read_job);
}

std::vector<JobRecord> list_jobs(Connection& db, const std::string& project_id,
                                 const std::string& type) {
  return db.all(
      fmt::format("{} WHERE project_id = ?1 AND (?2 = '' OR type = ?2) ORDER BY seq", kSelect),
      {project_id, type}, read_job);
}

void start_job(Connection& db, const std::string& id, Timestamp time) {
  db.run("UPDATE job SET status = 'started', started_at = ?1, updated_at = ?1 WHERE id = ?2",
         {time, id});
}

void finish_job(Connection& db, const std::string& id, bool succeeded, const std::string& feedback,
                const std::string& output) {
  db.run(
      "UPDATE job SET status = ?1, finished_at = ?2, updated_at = ?2, feedback = ?3, output = ?4 "
      "WHERE id = ?5",
      {succeeded ? "finished" : "failed", now(), feedback, output, id});
}

void drop_job_output(Connection& db, Timestamp before) {
  db.run("UPDATE job SET output = NULL WHERE finished_at < ? AND output IS NOT NULL", {before});
}

std::string feedback_document(const std::string& workflow_id, const std::string& workflow_name,
                              const std::vector<JobStep>& steps, const std::string& error,
                              const std::string& error_type) {
  json list = json::array();
  json outputs = json::object();
  bool is_running = true;
  for (const JobStep& step : steps) {
    const int stage = step.is_done ? 2 : (is_running ? 1 : 0);
    is_running = is_running && step.is_done;
    list.push_back(
        {{"id", step.id}, {"name", step.name}, {"stage", stage}, {"returns", json::object()}});
    if (step.is_done) {
      outputs[step.id] =
          step.outputs.empty() ? json::object() : json::parse(step.outputs, nullptr, false);
    }
  }
  json document = {{"feedback_version", "2.0"},
                   {"workflow_version", "2.0"},
                   {"workflow_id", workflow_id},
                   {"workflow_name", workflow_name},
                   {"steps", std::move(list)},
                   {"outputs", std::move(outputs)},
                   {"container_exit_code", error.empty() ? 0 : 1}};
  if (error_type == "TIMEOUT") {
    document["container_exit_code"] = -1;
    document["error_timeout"] = true;
  }
  if (!error.empty()) {
    document["error"] = error;
    document["error_type"] = error_type;
    document["error_class"] = "Error";
    document["error_stack"] = "";
    document["error_origin"] = "worker_wrapper";
  }
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace qfcsync::server
