#include "jobs/process_job.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

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

Reading read_project(Services& services, const ProjectRecord& record) {
  Reading reading;
  try {
    const WorkFolder work(services.config);
    const ProjectFolder folder(services, record, work.path());
    const Project project = Project::open(folder.project_file(), folder.root());
    reading.details = project.details_json();
    reading.attachment_dirs = json(project.attachment_dirs()).dump();
    reading.qgis_version = project.qgis_version();
    reading.has_online_layers = project.has_online_vector_layers();
  } catch (const ApiError& error) {
    reading.error = error.what();
    reading.error_type = "FILE_NOT_FOUND";
  } catch (const Error& error) {
    const bool is_bad_file =
        error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::LimitExceeded;
    reading.error = error.what();
    reading.error_type = is_bad_file ? "INVALID_PROJECT_FILE" : "UNKNOWN";
  }
  return reading;
}

void store(Connection& db, const JobRecord& job, const Reading& reading) {
  const bool is_done = reading.error.empty();
  if (is_done) {
    db.run(
        "UPDATE project SET details = ?, qgis_version = ?, attachment_dirs = ?, "
        "has_online_layers = ? WHERE id = ?",
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

/// @return false when files came meanwhile, so that it has to be done again
bool process(Services& services, const JobRecord& job) {
  const std::int64_t user_id = job.created_by.value_or(0);
  const auto seen =
      services.db.read([&](Connection& db) { return find_project(db, job.project_id, user_id); });
  if (!seen) return true;
  const Reading reading = read_project(services, *seen);
  return services.db.write([&](Connection& db) {
    const auto current = find_project(db, job.project_id, user_id);
    if (!current) return true;
    if (current->data_last_updated_at != seen->data_last_updated_at) return false;
    store(db, job, reading);
    return true;
  });
}

}  // namespace

void run_process_job(Services& services, const JobRecord& job) {
  while (!process(services, job)) {
  }
}

}  // namespace qfcsync::server
