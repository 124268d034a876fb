#include "domain/files.hpp"

#include "base/uuid.hpp"
#include "domain/names.hpp"
#include "domain/subscriptions.hpp"
#include "domain/uuid.hpp"
#include "domain/version_places.hpp"
#include "http/api_error.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

json content_json(const FileVersion& content) {
  return {{"size", content.size},
          {"md5sum", content.etag},
          {"sha256", content.sha256},
          {"last_modified", to_dotted(content.uploaded_at)}};
}

void forget_version(Connection& db, const std::string& version_id) {
  db.run("INSERT OR IGNORE INTO unused_content SELECT sha256 FROM file_version WHERE id = ?",
         {version_id});
  db.run(
      "UPDATE project SET storage_bytes = storage_bytes - v.size FROM file_version v "
      "JOIN file f ON f.id = v.file_id WHERE v.id = ? AND project.id = f.project_id",
      {version_id});
  // One that is waiting may be in the repository already.
  const auto project_id = db.first(
      "SELECT f.project_id FROM file_version v JOIN file f ON f.id = v.file_id WHERE v.id = ?1 "
      "AND (v.in_repository OR EXISTS (SELECT 1 FROM waiting_version WHERE version_id = ?1))",
      {version_id}, [](const Row& row) { return row.text(0); });
  if (project_id) note_dead_content(db, *project_id);
  db.run("DELETE FROM file_version WHERE id = ?", {version_id});
}

/// Project file, restricted file and data times after a change of `name`.
void touch_project(Connection& db, const ProjectRecord& project, const std::string& name,
                   Timestamp time) {
  db.run("UPDATE project SET data_last_updated_at = ? WHERE id = ?", {time, project.id});
  if (is_restricted_file(name, project.qgis_file.value_or(""))) {
    db.run("UPDATE project SET restricted_data_last_updated_at = ? WHERE id = ?",
           {time, project.id});
  }
}

/// Drops the oldest versions of one file, or of all when `name` is nullopt.
void drop_versions(Connection& db, const std::string& project_id,
                   const std::optional<std::string>& name, std::int64_t keep) {
  const auto old = db.all(
      "SELECT id FROM (SELECT v.id, row_number() OVER (PARTITION BY v.file_id ORDER BY v.seq DESC) "
      "AS place FROM file_version v JOIN file f ON f.id = v.file_id "
      "WHERE f.project_id = ?1 AND (?2 IS NULL OR f.name = ?2)) WHERE place > ?3",
      {project_id, name, keep}, [](const Row& row) { return row.text(0); });
  for (const std::string& id : old) forget_version(db, id);
}

/// Retention holds for all files of a project, but only one of them just grew: the others are
/// looked at when the number of kept versions is another one than the last time.
void apply_retention(Connection& db, const std::string& project_id, const std::string& name,
                     std::int64_t keep) {
  const auto former = db.first("SELECT kept_versions FROM project WHERE id = ?", {project_id},
                               [](const Row& row) { return row.optional_integer(0); });
  const bool is_known = former && *former && **former <= keep;
  drop_versions(db, project_id, is_known ? std::optional(name) : std::nullopt, keep);
  if (!is_known || **former != keep) {
    db.run("UPDATE project SET kept_versions = ? WHERE id = ?", {keep, project_id});
  }
}

}  // namespace

json file_json(const FileRecord& file, const std::vector<std::string>& attachment_dirs) {
  json document = content_json(file.latest());
  document["name"] = file.name;
  document["uploaded_at"] = to_iso(file.uploaded_at);
  document["is_attachment"] = is_attachment(file.name, attachment_dirs);
  json versions = json::array();
  for (const FileVersion& version : file.versions) {
    json entry = content_json(version);
    entry["version_id"] = version.id;
    entry["uploaded_at"] = to_iso(version.uploaded_at);
    entry["display"] = to_version_display(version.uploaded_at);
    entry["is_latest"] = &version == &file.versions.front();
    versions.push_back(std::move(entry));
  }
  document["versions"] = std::move(versions);
  return document;
}

json package_file_json(const std::string& name, const FileVersion& content, bool is_attachment) {
  json document = content_json(content);
  document["name"] = name;
  document["etag"] = content.etag;  // lets the SDK skip what it has
  document["uploaded_at"] = to_iso(content.uploaded_at);
  document["is_attachment"] = is_attachment;
  return document;
}

std::vector<FileRecord> list_files(Connection& db, const std::string& project_id,
                                   const std::optional<std::string>& name) {
  std::vector<FileRecord> files;
  db.each(
      "SELECT f.name, f.uploaded_at, v.id, v.sha256, v.etag, v.size, v.uploaded_at "
      "FROM file f JOIN file_version v ON v.file_id = f.id "
      "WHERE f.project_id = ?1 AND (?2 IS NULL OR f.name = ?2) ORDER BY f.name, v.seq DESC",
      {project_id, name}, [&](const Row& row) {
        std::string file_name = row.text(0);
        if (files.empty() || files.back().name != file_name) {
          files.push_back({std::move(file_name), row.integer(1), {}});
        }
        files.back().versions.push_back(
            {row.text(2), row.text(3), row.text(4), row.integer(5), row.integer(6)});
      });
  return files;
}

void check_upload(const ProjectRecord& project, const std::string& name) {
  if (const auto reason = invalid_file_name(name)) {
    throw errors::validation_error().with_detail(*reason);
  }
  if (project.has_restricted_projectfiles && project.role < Role::Manager &&
      is_restricted_file(name, project.qgis_file.value_or(""))) {
    throw errors::restricted_project_modification();
  }
  if (!is_qgis_file(name)) return;
  if (project.type == "shared_datasets") {
    throw errors::validation_error().with_detail("a shared datasets project holds no QGIS project");
  }
  if (project.qgis_file && *project.qgis_file != name) throw errors::multiple_projects();
}

void add_version(Connection& db, const Config& config, const std::string& project_id,
                 const NewVersion& version, Timestamp time) {
  const auto project = find_project(db, project_id, version.user_id);
  if (!project) throw errors::object_not_found();
  db.run(
      "INSERT INTO file (project_id, name, uploaded_at) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (project_id, name) DO UPDATE SET uploaded_at = ?3",
      {project_id, version.name, time});
  db.run(
      "INSERT INTO file_version (id, file_id, sha256, etag, size, uploaded_at, uploaded_by) "
      "SELECT ?1, id, ?2, ?3, ?4, ?5, ?6 FROM file WHERE project_id = ?7 AND name = ?8",
      {new_uuid(), version.content.sha256, version.content.etag, version.content.size, time,
       version.user_id, project_id, version.name});
  if (is_qgis_file(version.name)) {
    db.run("UPDATE project SET qgis_file = ? WHERE id = ?", {version.name, project_id});
  }
  db.run("UPDATE project SET storage_bytes = storage_bytes + ? WHERE id = ?",
         {version.content.size, project_id});
  apply_retention(db, project_id, version.name, kept_versions(db, project_id, config));
  const bool may_keep_less =
      config.keep_attachment_versions > 0 && is_attachment(version.name, project->attachment_dirs);
  if (may_keep_less) {
    drop_versions(db, project_id, version.name, config.keep_attachment_versions);
  }
  note_waiting_versions(db, project_id, version.name);
  touch_project(db, *project, version.name, time);
}

void set_qgis_version(Connection& db, const std::string& project_id, const std::string& version) {
  db.run("UPDATE project SET qgis_version = nullif(?, '') WHERE id = ?", {version, project_id});
}

void add_files(Connection& db, const std::string& project_id, const std::vector<NewFile>& files,
               std::int64_t user_id, Timestamp time) {
  std::optional<std::string> qgis_file;
  std::uint64_t bytes = 0;
  for (const NewFile& file : files) {
    db.run("INSERT INTO file (project_id, name, uploaded_at) VALUES (?, ?, ?)",
           {project_id, file.name, time});
    db.run(
        "INSERT INTO file_version (id, file_id, sha256, etag, size, uploaded_at, uploaded_by) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        {new_uuid(), db.last_id(), file.content.sha256, file.content.etag, file.content.size, time,
         user_id});
    if (is_qgis_file(file.name)) qgis_file = file.name;
    bytes += file.content.size;
  }
  const SqlParam restricted_at = qgis_file ? SqlParam(time) : SqlParam(nullptr);
  db.run(
      "UPDATE project SET qgis_file = ?, storage_bytes = storage_bytes + ?, "
      "data_last_updated_at = ?, restricted_data_last_updated_at = ? WHERE id = ?",
      {qgis_file, bytes, time, restricted_at, project_id});
}

bool is_sqlite_log(const std::string& name) {
  return name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("-journal");
}

void forget_sqlite_logs(Connection& db, const std::string& project_id, const std::string& name) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    for (const FileRecord& log : list_files(db, project_id, name + suffix)) {
      for (const FileVersion& version : log.versions) forget_version(db, version.id);
      db.run("DELETE FROM file WHERE project_id = ? AND name = ?", {project_id, log.name});
    }
  }
}

std::int64_t newest_bytes(Connection& db, const std::string& project_id) {
  return db
      .integer(
          "SELECT coalesce(sum(v.size), 0) FROM file f JOIN file_version v ON v.file_id = f.id "
          "WHERE f.project_id = ? AND v.seq = (SELECT max(n.seq) FROM file_version n WHERE "
          "n.file_id = f.id)",
          {project_id})
      .value_or(0);
}

std::string content_state(Connection& db, const ProjectRecord& project) {
  std::string state;
  for (const FileRecord& file : list_files(db, project.id)) {
    if (!is_attachment(file.name, project.attachment_dirs)) state += file.latest().id;
  }
  return state;
}

void delete_file(Connection& db, const ProjectRecord& project, const std::string& name) {
  const auto files = list_files(db, project.id, name);
  if (files.empty()) throw errors::api_error(404);
  for (const FileVersion& version : files.front().versions) forget_version(db, version.id);
  db.run("DELETE FROM file WHERE project_id = ? AND name = ?", {project.id, name});
  if (project.qgis_file == name) {
    db.run(
        "UPDATE project SET qgis_file = NULL, qgis_version = NULL, details = NULL, "
        "has_online_layers = 0 WHERE id = ?",
        {project.id});
  }
  touch_project(db, project, name, now());
}

void delete_version(Connection& db, const ProjectRecord& project, const std::string& name,
                    const std::string& version_id) {
  const auto files = list_files(db, project.id, name);
  if (files.empty() || files.front().versions.size() < 2) {
    throw errors::explicit_deletion_of_last_version();
  }
  if (!base::is_uuid(version_id)) throw errors::validation_error();
  bool is_known = false;
  for (const FileVersion& version : files.front().versions) is_known |= version.id == version_id;
  if (!is_known) throw errors::api_error(404);
  forget_version(db, version_id);
  note_waiting_versions(db, project.id, name);
  touch_project(db, project, name, now());
}

}  // namespace qfcsync::server
