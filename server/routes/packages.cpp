#include "domain/packages.hpp"

#include "domain/names.hpp"
#include "routes/route_table.hpp"

#include <shared_mutex>

namespace qfcsync::server {
namespace {

using nlohmann::json;

Response latest(Call& call) {
  const auto [package, files] = call.services.db.read([&](Connection& db) {
    return std::pair(find_latest_package(db, call.project->id), list_files(db, call.project->id));
  });
  if (!package) throw errors::invalid_job();
  json list = json::array();
  for (const auto& [name, content] : package->files) {
    list.push_back(package_file_json(name, content, false));
  }
  for (const FileRecord& file : files) {
    if (!is_attachment(file.name, call.project->attachment_dirs)) continue;
    list.push_back(package_file_json(file.name, file.latest(), true));
  }
  const auto& updated_at = call.project->data_last_updated_at;
  return json_response(
      200, {{"files", std::move(list)},
            {"layers", json::parse(package->layers, nullptr, false)},
            {"status", "finished"},
            {"package_id", package->job_id},
            {"packaged_at", to_iso(call.project->data_last_packaged_at.value_or(0))},
            {"data_last_updated_at", updated_at ? json(to_iso(*updated_at)) : json(nullptr)}});
}

Response download(Call& call) {
  const std::string& name = call.param("name");
  const FileVersion content = call.services.db.read(
      [&](Connection& db) { return find_package_file(db, *call.project, name); });
  return download_response(call, {content.sha256, content.etag, name, content.uploaded_at});
}

/// For programs that do the server's work elsewhere.
Response upload(Call& call) {
  const std::string& name = call.param("name");
  if (call.principal->client_type != ClientType::Worker) throw errors::permission_denied();
  if (call.upload.parts > 1) throw errors::multiple_contents();
  if (call.upload.parts == 0) throw errors::empty_content();
  if (const auto reason = invalid_file_name(name)) {
    throw errors::validation_error().with_detail(*reason);
  }
  const std::shared_lock gate(call.services.content_gate);
  const ObjectInfo content = call.upload.content->finish();
  try {
    call.services.db.write([&](Connection& db) {
      add_package_file(db, call.project->id, call.param("job"), name, content);
    });
  } catch (...) {
    note_unused_content(call.services, content.sha256);
    throw;
  }
  Response response = json_response(201, {{"name", name},
                                          {"size", content.size},
                                          {"sha256", content.sha256},
                                          {"md5sum", content.etag}});
  response.headers.emplace_back(
      "Location",
      percent_encode_path("/api/v1/packages/" + call.project->id + "/latest/files/" + name + "/"));
  return response;
}

constexpr Route kRoutes[] = {
    {"GET", "packages/{project:uuid}/latest", Access::User, Action::PackageRead, BodyKind::None,
     latest},
    {"GET", "packages/{project:uuid}/latest/files/{name:path}", Access::User, Action::PackageRead,
     BodyKind::None, download},
    {"POST", "packages/{project:uuid}/{job:uuid}/files/{name:path}", Access::User,
     Action::ProjectGet, BodyKind::FileToStore, upload},
};

}  // namespace

std::span<const Route> package_routes() { return kRoutes; }

}  // namespace qfcsync::server
