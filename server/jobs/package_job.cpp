#include "jobs/package_job.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "domain/packages.hpp"
#include "http/api_error.hpp"
#include "jobs/project_folder.hpp"

#include <chrono>
#include <shared_mutex>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr const char* kWorkflowName = "Package Project";

std::string layers_output(const std::string& layers) { return "{\"layers_by_id\":" + layers + "}"; }

std::vector<JobStep> steps(bool is_done, const Package& package) {
  std::vector<JobStep> list = {{"start_qgis_app", "Start", true, ""},
                               {"download_project_directory", "Collect the files", true, ""},
                               {"qgis_layers_data", "Look at the layers", is_done, ""},
                               {"package_project", "Package Project", is_done, ""},
                               {"qfield_layer_data", "Look at the packaged layers", is_done, ""},
                               {"stop_qgis_app", "Stop", is_done, ""},
                               {"upload_packaged_project", "Publish the package", is_done, ""}};
  if (is_done) {
    list[2].outputs = layers_output(package.layers_json);
    list[4].outputs = layers_output(package.packaged_layers_json);
  }
  return list;
}

void publish(Services& services, const JobRecord& job, const Package& package,
             const std::filesystem::path& folder, Timestamp snapshot_at) {
  const std::shared_lock gate(services.content_gate);
  std::vector<std::pair<std::string, ObjectInfo>> files;
  for (const std::string& name : package.files) {
    files.emplace_back(name, services.store->adopt(folder / std::filesystem::path(name)));
  }
  services.db.write([&](Connection& db) {
    const Timestamp time = now();
    for (const auto& [name, content] : files) {
      db.run("INSERT INTO package_file VALUES (?, ?, ?, ?, ?, ?)",
             {job.id, name, content.sha256, content.etag, content.size, time});
    }
    db.run("UPDATE project SET data_last_packaged_at = ? WHERE id = ?",
           {snapshot_at, job.project_id});
    finish_job(db, job.id, true,
               feedback_document("package_project", kWorkflowName, steps(true, package), "", ""),
               fmt::format("{} files packaged", files.size()));
    forget_older_packages(db, job.project_id, job.id);
  });
}

/// Breaks the work off when it takes longer than a job may.
Progress until_timeout(const Config& config) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(config.job_timeout_seconds);
  return [end](double) { return std::chrono::steady_clock::now() < end; };
}

const char* type_of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::Cancelled:
      return "TIMEOUT";
    case ErrorCode::Corrupt:
    case ErrorCode::LimitExceeded:
      return "INVALID_PROJECT_FILE";
    default:
      return "UNKNOWN";
  }
}

void store_failure(Services& services, const JobRecord& job, const std::string& reason,
                   const std::string& type) {
  services.db.write([&](Connection& db) {
    finish_job(db, job.id, false,
               feedback_document("package_project", kWorkflowName, steps(false, {}), reason, type),
               reason);
  });
}

}  // namespace

void run_package_job(Services& services, const JobRecord& job) {
  const Timestamp snapshot_at = now();
  const WorkFolder work(services.config);
  try {
    const auto record = services.db.read([&](Connection& db) {
      return find_project(db, job.project_id, job.created_by.value_or(0));
    });
    if (!record) return;
    const ProjectFolder folder(services, *record, work.path() / "project");
    const Project project = Project::open(folder.project_file(), folder.root());
    const std::filesystem::path output = work.path() / "package";
    const Package package = package_project(project, output, until_timeout(services.config));
    publish(services, job, package, output, snapshot_at);
  } catch (const ApiError& error) {
    store_failure(services, job, error.what(), "FILE_NOT_FOUND");
  } catch (const Error& error) {
    const bool is_late = error.code() == ErrorCode::Cancelled;
    store_failure(
        services, job,
        is_late ? "Packaging took longer than jobs may." : work.without_paths(error.what()),
        type_of(error));
  }
}

}  // namespace qfcsync::server
