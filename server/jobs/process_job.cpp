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

void store_details(Services& services, const JobRecord& job, const Project& project) {
  const std::string details = project.details_json();
  const std::string dirs = json(project.attachment_dirs()).dump();
  services.db.write([&](Connection& db) {
    db.run(
        "UPDATE project SET details = ?, qgis_version = ?, attachment_dirs = ?, "
        "has_online_layers = ? WHERE id = ?",
        {details, project.qgis_version(), dirs, project.has_online_vector_layers(),
         job.project_id});
    finish_job(
        db, job.id, true,
        feedback_document("process_projectfile", kWorkflowName, steps(true, details), "", ""),
        "project file read");
  });
}

void store_failure(Services& services, const JobRecord& job, const std::string& reason,
                   const std::string& type) {
  services.db.write([&](Connection& db) {
    db.run("UPDATE project SET details = NULL WHERE id = ?", {job.project_id});
    finish_job(
        db, job.id, false,
        feedback_document("process_projectfile", kWorkflowName, steps(false, ""), reason, type),
        reason);
  });
}

}  // namespace

void run_process_job(Services& services, const JobRecord& job) {
  try {
    const auto record = services.db.read([&](Connection& db) {
      return find_project(db, job.project_id, job.created_by.value_or(0));
    });
    if (!record) return;
    const WorkFolder work(services.config);
    const ProjectFolder folder(services, *record, work.path());
    store_details(services, job, Project::open(folder.project_file()));
  } catch (const ApiError& error) {
    store_failure(services, job, error.what(), "FILE_NOT_FOUND");
  } catch (const Error& error) {
    const bool is_bad_file =
        error.code() == ErrorCode::Corrupt || error.code() == ErrorCode::LimitExceeded;
    store_failure(services, job, error.what(), is_bad_file ? "INVALID_PROJECT_FILE" : "UNKNOWN");
  }
}

}  // namespace qfcsync::server
