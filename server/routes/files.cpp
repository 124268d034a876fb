#include "domain/files.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/project.hpp>

#include "base/uuid.hpp"
#include "domain/jobs.hpp"
#include "domain/names.hpp"
#include "domain/subscriptions.hpp"
#include "domain/version_places.hpp"
#include "routes/route_table.hpp"

#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace {

using nlohmann::json;

FileRecord find_file(Call& call) {
  const auto files = call.services.db.read(
      [&](Connection& db) { return list_files(db, call.project->id, call.param("name")); });
  if (files.empty()) throw errors::object_not_found();
  return files.front();
}

Response list(Call& call) {
  const auto files =
      call.services.db.read([&](Connection& db) { return list_files(db, call.project->id); });
  json all = json::array();
  for (const FileRecord& file : files) {
    all.push_back(file_json(file, call.project->attachment_dirs));
  }
  return list_response(call.request, all);
}

Response metadata(Call& call) {
  return json_response(200, file_json(find_file(call), call.project->attachment_dirs));
}

Response download(Call& call) {
  const auto wanted = call.request.query.get("version");
  if (wanted && !wanted->empty() && !base::is_uuid(*wanted)) throw errors::validation_error();
  const FileRecord file = find_file(call);
  const FileVersion* found = &file.latest();
  if (wanted && !wanted->empty()) {
    found = nullptr;
    for (const FileVersion& version : file.versions) {
      if (version.id == *wanted) found = &version;
    }
    if (found == nullptr) throw errors::object_not_found();
  }
  return download_response(call, {found->sha256, found->etag, file.name, found->uploaded_at});
}

/// @return the version of QGIS that wrote it
/// @errors ApiError invalid_qgis_project_file
std::string check_project_file(Call& call, const std::string& sha256, const std::string& name) {
  const WorkFolder work(call.services.config);
  const std::filesystem::path copy = work.path() / "content";
  call.services.store->materialize(sha256, copy);
  try {
    return probe_project_file(copy, name);
  } catch (const Error& error) {
    if (is_passing(error)) throw;
    throw errors::invalid_qgis_project_file().with_detail(error.what());
  }
}

/// The project and the caller's role as they are now: a body may take hours to arrive.
///
/// @errors ApiError object_not_found, permission_denied
ProjectRecord current_rights(Connection& db, const Call& call, Action action) {
  auto project = find_project(db, call.project->id, call.user_id());
  if (!project) throw errors::object_not_found();
  if (!allowed(project->role, action)) throw errors::permission_denied();
  return *std::move(project);
}

/// The rows of an upload: version, project file, job that reads the project again.
void record_upload(Call& call, const ObjectInfo& content, const std::string& name,
                   const std::string& qgis_version) {
  call.services.db.write([&](Connection& db) {
    const ProjectRecord current = current_rights(db, call, Action::FileUpload);
    check_upload(current, name);
    if (!passes_quota(call.principal->client_type)) {
      require_storage(db, current.owner_id, static_cast<std::int64_t>(content.size));
    }
    add_version(db, call.services.config, current.id, {name, content, call.user_id()}, now());
    if (is_qgis_file(name)) set_qgis_version(db, current.id, qgis_version);
    const bool needs_processing =
        is_qgis_file(name) || (current.qgis_file && !is_attachment(name, current.attachment_dirs));
    if (needs_processing) add_process_job(db, current.id, call.user_id());
  });
}

void publish(Call& call, const std::string& name) {
  // No job reads attachments, so photos never wait for one.
  std::optional<ProjectLocks::Guard> lock;
  if (!is_attachment(name, call.project->attachment_dirs)) {
    lock.emplace(call.services.project_locks.lock(call.project->id));
  }
  const std::shared_lock gate(call.services.content_gate);
  const ObjectInfo content = call.upload.content->finish();
  try {
    const std::string qgis_version =
        is_qgis_file(name) ? check_project_file(call, content.sha256, name) : "";
    record_upload(call, content, name, qgis_version);
  } catch (...) {
    note_unused_content(call.services, content.sha256);
    throw;
  }
}

Response upload(Call& call) {
  const std::string& name = call.param("name");
  if (call.upload.parts > 1) throw errors::multiple_contents();
  if (call.upload.parts == 0) throw errors::empty_content();
  check_upload(*call.project, name);
  publish(call, name);
  call.services.wake_jobs();
  Response response = Response::json(201, "{}");
  response.headers.emplace_back(
      "Location", percent_encode_path("/api/v1/files/" + call.project->id + "/" + name + "/"));
  return response;
}

/// After the newest version of the project file was deleted, the one before it tells who wrote it.
void detect_qgis_version(Call& call, const std::string& name) {
  const std::shared_lock gate(call.services.content_gate);
  const auto files =
      call.services.db.read([&](Connection& db) { return list_files(db, call.project->id, name); });
  if (files.empty()) return;
  std::string version;
  try {
    const std::string& sha256 = files.front().latest().sha256;
    make_plain(call.services, call.project->id, sha256);
    version = check_project_file(call, sha256, name);
  } catch (const std::exception& error) {  // the deletion counts in any case
    spdlog::warn("project {}: {} does not tell its version: {}", call.project->id, name,
                 error.what());
  }
  call.services.db.write([&](Connection& db) { set_qgis_version(db, call.project->id, version); });
}

Response remove(Call& call) {
  const auto query = call.request.query.get("version");
  const std::string version = query.value_or(std::string(call.request.header("X-File-Version")));
  const auto lock = call.services.project_locks.lock(call.project->id);
  call.services.db.write([&](Connection& db) {
    const ProjectRecord project = current_rights(db, call, Action::FileDelete);
    if (version.empty()) {
      delete_file(db, project, call.param("name"));
    } else {
      delete_version(db, project, call.param("name"), version);
    }
  });
  if (is_qgis_file(call.param("name")) && !version.empty()) {
    detect_qgis_version(call, call.param("name"));
  }
  call.services.wake_jobs();
  return Response::empty(204);
}

constexpr Route kRoutes[] = {
    {"GET", "files/metadata/{project:uuid}/{name:path}", Access::User, Action::FileList,
     BodyKind::None, metadata},
    {"GET", "files/{project:uuid}", Access::User, Action::FileList, BodyKind::None, list},
    {"GET", "files/{project:uuid}/{name:path}", Access::User, Action::FileDownload, BodyKind::None,
     download},
    {"POST", "files/{project:uuid}/{name:path}", Access::User, Action::FileUpload,
     BodyKind::FileToStore, upload},
    {"DELETE", "files/{project:uuid}/{name:path}", Access::User, Action::FileDelete, BodyKind::None,
     remove},
};

}  // namespace

std::span<const Route> file_routes() { return kRoutes; }

}  // namespace qfcsync::server
