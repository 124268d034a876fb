#include "domain/packages.hpp"

#include "domain/names.hpp"
#include "http/api_error.hpp"

namespace qfcsync::server {
namespace {

std::optional<std::string> latest_job(Connection& db, const std::string& project_id) {
  return db.first(
      "SELECT id FROM job WHERE project_id = ? AND type = 'package' AND status = 'finished' "
      "ORDER BY seq DESC LIMIT 1",
      {project_id}, [](const Row& row) { return row.text(0); });
}

constexpr const char* kSelectFile =
    "SELECT name, sha256, etag, size, uploaded_at FROM package_file WHERE job_id = ?1 "
    "AND (?2 IS NULL OR name = ?2) ORDER BY name";

std::pair<std::string, FileVersion> read_file(const Row& row) {
  return {row.text(0), {"", row.text(1), row.text(2), row.integer(3), row.integer(4)}};
}

}  // namespace

std::optional<PackageRecord> find_latest_package(Connection& db, const std::string& project_id) {
  const auto job = latest_job(db, project_id);
  if (!job) return std::nullopt;
  PackageRecord package;
  package.job_id = *job;
  package.layers =
      db.first(
            "SELECT json_extract(feedback, '$.outputs.qgis_layers_data.layers_by_id') FROM job "
            "WHERE id = ?",
            {*job}, [](const Row& row) { return row.optional_text(0).value_or("null"); })
          .value_or("null");
  package.files = db.all(kSelectFile, {*job, nullptr}, read_file);
  if (package.files.empty()) return std::nullopt;
  return package;
}

FileVersion find_package_file(Connection& db, const ProjectRecord& project,
                              const std::string& name) {
  const auto job = latest_job(db, project.id);
  if (!job) throw errors::invalid_job();
  if (is_attachment(name, project.attachment_dirs)) {
    const auto files = list_files(db, project.id, name);
    if (!files.empty()) return files.front().latest();
  }
  const auto found = db.first(kSelectFile, {*job, name}, read_file);
  if (!found) throw errors::object_not_found();
  return found->second;
}

void add_package_file(Connection& db, const std::string& project_id, const std::string& job_id,
                      const std::string& name, const ObjectInfo& content) {
  const auto is_running = db.integer(
      "SELECT 1 FROM job WHERE id = ? AND project_id = ? AND type = 'package' "
      "AND status = 'started'",
      {job_id, project_id});
  if (!is_running) throw errors::permission_denied();
  db.run(
      "INSERT OR IGNORE INTO unused_content SELECT sha256 FROM package_file "
      "WHERE job_id = ? AND name = ?",
      {job_id, name});
  db.run("INSERT OR REPLACE INTO package_file VALUES (?, ?, ?, ?, ?, ?)",
         {job_id, name, content.sha256, content.etag, content.size, now()});
}

void forget_older_packages(Connection& db, const std::string& project_id,
                           const std::string& kept_job_id) {
  constexpr const char* kOlder =
      " FROM package_file WHERE job_id <> ?1 AND job_id IN "
      "(SELECT id FROM job WHERE project_id = ?2)";
  db.run(std::string("INSERT OR IGNORE INTO unused_content SELECT sha256") + kOlder,
         {kept_job_id, project_id});
  db.run(std::string("DELETE") + kOlder, {kept_job_id, project_id});
}

}  // namespace qfcsync::server
