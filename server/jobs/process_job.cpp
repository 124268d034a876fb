#include "jobs/process_job.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "domain/files.hpp"
#include "http/api_error.hpp"
#include "jobs/project_folder.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr const char* kWorkflowName = "Process QGIS Project File";

std::vector<JobStep> steps(bool is_done, const std::string& details) {
  std::vector<JobStep> list = {{"start_qgis_app", "Start", true, ""},
                               {"download_project_directory", "Collect the files", true, ""},
                               {"project_validity_check", "Check the project file", is_done, ""},
                               {"opening_check", "Open the project", is_done, ""},
                               {"project_details", "Read the details", is_done, ""}};
  if (is_done) list.back().outputs = "{\"project_details\":" + details + "}";
  list.push_back({"stop_qgis_app", "Stop", is_done, ""});
  return list;
}

/// What the project file says, or why it cannot be read.
struct Reading {
  std::string details;
  std::string attachment_dirs;
  std::string qgis_version;
  bool has_online_layers = false;
  std::string error;
  std::string error_type;
};

/// @errors Io, Busy: says nothing about the project; try again later
Reading read_project(Services& services, const ProjectRecord& record) {
  Reading reading;
  const WorkFolder work(services.config);
  try {
    const ProjectFolder folder(services, record, work.path() / "project");
    const Project project = Project::open(folder.project_file(), folder.root());
    reading.details = project.details_json();
    reading.attachment_dirs = json(project.attachment_dirs()).dump();
    reading.qgis_version = project.qgis_version();
    reading.has_online_layers = project.has_online_vector_layers();
  } catch (const ApiError& error) {
    reading.error = error.what();
    reading.error_type = "FILE_NOT_FOUND";
  } catch (const Error& error) {
    if (is_passing(error)) throw;
    const bool is_bad_file =
        error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::LimitExceeded;
    reading.error = work.without_paths(error.what());
    reading.error_type = is_bad_file ? "INVALID_PROJECT_FILE" : "UNKNOWN";
  }
  return reading;
}

void store(Connection& db, const JobRecord& job, const Reading& reading) {
  const bool is_done = reading.error.empty();
  if (is_done) {
    // What an upload said of the version since then is newer than what was read here.
    db.run(
        "UPDATE project SET details = ?, qgis_version = CASE WHEN qgis_file IS NOT NULL THEN "
        "coalesce(qgis_version, ?) END, attachment_dirs = ?, has_online_layers = ? WHERE id = ?",
        {reading.details, reading.qgis_version, reading.attachment_dirs, reading.has_online_layers,
         job.project_id});
  } else {
    db.run("UPDATE project SET details = NULL WHERE id = ?", {job.project_id});
  }
  finish_job(db, job.id, is_done,
             feedback_document("process_projectfile", kWorkflowName,
                               steps(is_done, reading.details), reading.error, reading.error_type),
             is_done ? "project file read" : reading.error);
}

}  // namespace

void run_process_job(Services& services, const JobRecord& job) {
  const std::int64_t user_id = job.created_by.value_or(0);
  const auto look = [&](Connection& db) {
    const auto project = find_project(db, job.project_id, user_id);
    return std::pair(project, project ? content_state(db, *project) : std::string());
  };
  const auto [seen, state] = services.db.read(look);
  if (!seen) return;
  const Reading reading = read_project(services, *seen);
  services.db.write([&, &seen_state = state](Connection& db) {
    const auto [current, current_state] = look(db);
    if (!current) return;
    store(db, job, reading);
    // Files that came meanwhile made no job of their own, because this one was unfinished.
    if (current_state != seen_state) add_job(db, job.project_id, "process_projectfile", user_id);
  });
}

}  // namespace qfcsync::server
