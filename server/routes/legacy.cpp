// Routes `qfield-files/` of servers of 2024 and before, over the same packages.

#include "domain/jobs.hpp"
#include "domain/packages.hpp"
#include "routes/package_job.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

std::string export_status(const std::string& job_status) {
  if (job_status == "pending") return "STATUS_PENDING";
  if (job_status == "queued" || job_status == "started") return "STATUS_BUSY";
  return job_status == "finished" ? "STATUS_EXPORTED" : "STATUS_ERROR";
}

/// With the two keys that later got other names.
json export_layers(const std::string& text) {
  json layers = json::parse(text, nullptr, false);
  if (!layers.is_object()) return nullptr;
  for (json& layer : layers) {
    layer["valid"] = layer.value("is_valid", false);
    layer["status"] = layer.value("error_code", "");
  }
  return layers;
}

Response newest_export(Call& call) {
  const auto [jobs, package] = call.services.db.read([&](Connection& db) {
    return std::pair(list_jobs(db, call.project->id, "package"),
                     find_latest_package(db, call.project->id));
  });
  if (jobs.empty()) throw errors::invalid_job();
  const JobRecord& job = jobs.back();
  const bool is_done = job.status == "finished" && package;
  return json_response(200, {{"status", export_status(job.status)},
                             {"layers", is_done ? export_layers(package->layers) : json(nullptr)},
                             {"output", job.output ? json(*job.output) : json(nullptr)}});
}

Response request_export(Call& call) {
  if (call.project->needs_repackaging()) create_package_job(call, call.project->id);
  return newest_export(call);
}

Response list(Call& call) {
  const auto package = call.services.db.read(
      [&](Connection& db) { return find_latest_package(db, call.project->id); });
  if (!package) throw errors::invalid_job();
  json files = json::array();
  for (const auto& [name, content] : package->files) {
    files.push_back({{"name", name}, {"size", content.size}, {"sha256", content.sha256}});
  }
  return json_response(200,
                       {{"files", std::move(files)},
                        {"layers", export_layers(package->layers)},
                        {"exported_at", to_iso(call.project->data_last_packaged_at.value_or(0))},
                        {"export_id", package->job_id}});
}

Response download(Call& call) {
  const std::string& name = call.param("name");
  const FileVersion content = call.services.db.read(
      [&](Connection& db) { return find_package_file(db, *call.project, name); });
  return download_response(call, {content.sha256, content.etag, name, content.uploaded_at});
}

constexpr Route kRoutes[] = {
    {"POST", "qfield-files/export/{project:uuid}", Access::User, Action::JobCreatePackage,
     BodyKind::Fields, request_export},
    {"GET", "qfield-files/export/{project:uuid}", Access::User, Action::PackageRead, BodyKind::None,
     newest_export},
    {"GET", "qfield-files/{project:uuid}", Access::User, Action::PackageRead, BodyKind::None, list},
    {"GET", "qfield-files/{project:uuid}/{name:path}", Access::User, Action::PackageRead,
     BodyKind::None, download},
};

}  // namespace

std::span<const Route> legacy_routes() { return kRoutes; }

}  // namespace qfcsync::server
