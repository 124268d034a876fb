#include "domain/packages.hpp"

#include "domain/names.hpp"
#include "routes/route_table.hpp"

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

constexpr Route kRoutes[] = {
    {"GET", "packages/{project:uuid}/latest", Access::User, Action::PackageRead, BodyKind::None,
     latest},
    {"GET", "packages/{project:uuid}/latest/files/{name:path}", Access::User, Action::PackageRead,
     BodyKind::None, download},
};

}  // namespace

std::span<const Route> package_routes() { return kRoutes; }

}  // namespace qfcsync::server
