#include "domain/jobs.hpp"

#include "base/uuid.hpp"
#include "domain/subscriptions.hpp"
#include "http/fields.hpp"
#include "jobs/apply_job.hpp"
#include "routes/package_job.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

void require_jobs_allowed(Call& call, const ProjectRecord& project) {
  const auto refusal =
      call.services.db.read([&](Connection& db) { return job_refusal(db, project); });
  if (refusal) throw *refusal;
}

/// Jobs name their project in the query or the body, so the check cannot be in the route table.
ProjectRecord project_for(Call& call, const std::string& id, Action action) {
  if (!base::is_uuid(id)) throw errors::validation_error();
  const auto project =
      call.services.db.read([&](Connection& db) { return find_project(db, id, call.user_id()); });
  if (!project) throw errors::object_not_found();
  if (!allowed(project->role, action)) throw errors::permission_denied();
  return *project;
}

Response list(Call& call) {
  const auto id = call.request.query.get("project_id");
  if (!id) throw errors::object_not_found();
  const ProjectRecord project = project_for(call, *id, Action::JobRead);
  const std::string type = call.request.query.get("type").value_or("");
  const auto jobs =
      call.services.db.read([&](Connection& db) { return list_jobs(db, project.id, type); });
  json all = json::array();
  for (const JobRecord& job : jobs) all.push_back(job_json(job, JobDetail::WithoutFeedback));
  return list_response(call.request, all);
}

Response created(Call& call, unsigned status, const std::string& id) {
  const auto job = call.services.db.read([&](Connection& db) { return find_job(db, id); });
  if (!job) throw errors::object_not_found();
  return json_response(status, job_json(*job, JobDetail::WithFeedback));
}

}  // namespace

Response create_package_job(Call& call, const std::string& project_id) {
  const ProjectRecord project = project_for(call, project_id, Action::JobCreatePackage);
  if (project.type != "regular") throw errors::permission_denied();
  const bool is_forced = field_bool(call.fields, "force").value_or(false);
  if (!is_forced && !project.qgis_file) throw errors::no_qgis_project();
  require_jobs_allowed(call, project);
  const auto [status, id] = call.services.db.write([&](Connection& db) {
    const auto running = is_forced ? std::nullopt : find_unfinished_job(db, project.id, "package");
    if (running) return std::pair(200u, running->id);
    return std::pair(201u, add_job(db, project.id, "package", call.user_id()));
  });
  call.services.wake_jobs();
  return created(call, status, id);
}

namespace {

Response create_other_job(Call& call, const std::string& project_id, const std::string& type) {
  const ProjectRecord project = project_for(call, project_id, Action::JobCreateOther);
  if (type == "delta_apply") require_jobs_allowed(call, project);
  const std::string id = call.services.db.write(
      [&](Connection& db) { return add_job(db, project.id, type, call.user_id()); });
  call.services.wake_jobs();
  return created(call, 201, id);
}

Response create(Call& call) {
  const std::string project_id = field_string(call.fields, "project_id").value_or("");
  const std::string type = field_string(call.fields, "type").value_or("");
  if (project_id.empty()) throw errors::api_error(400).with_detail("project_id is required");
  if (type == "package") return create_package_job(call, project_id);
  if (type == "process_projectfile" || type == "delta_apply") {
    return create_other_job(call, project_id, type);
  }
  throw errors::api_error(400).with_detail(
      "type must be package, process_projectfile or delta_apply");
}

Response get(Call& call) {
  const std::string& id = call.param("job");
  if (!base::is_uuid(id)) throw errors::validation_error();
  const auto job = call.services.db.read([&](Connection& db) { return find_job(db, id); });
  if (!job) throw errors::permission_denied();
  project_for(call, job->project_id, Action::JobRead);
  return json_response(200, job_json(*job, JobDetail::WithFeedback));
}

constexpr Route kRoutes[] = {
    {"GET", "jobs", Access::User, {}, BodyKind::None, list},
    {"POST", "jobs", Access::User, {}, BodyKind::Fields, create},
    {"GET", "jobs/{job}", Access::User, {}, BodyKind::None, get},
};

}  // namespace

std::span<const Route> job_routes() { return kRoutes; }

}  // namespace qfcsync::server
