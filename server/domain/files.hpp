#pragma once

#include <qfcsync/store.hpp>

#include "domain/projects.hpp"
#include "domain/services.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

struct FileVersion {
  std::string id;
  std::string sha256;
  std::string etag;
  std::int64_t size = 0;
  Timestamp uploaded_at = 0;
};

/// A file of a project with its versions, newest first; never without any.
struct FileRecord {
  std::string name;
  Timestamp uploaded_at = 0;
  std::vector<FileVersion> versions;

  const FileVersion& latest() const { return versions.front(); }
};

/// The file object of the API.
nlohmann::json file_json(const FileRecord& file, const std::vector<std::string>& attachment_dirs);

/// The entry of a package's file list: a file object without versions.
nlohmann::json package_file_json(const std::string& name, const FileVersion& content,
                                 bool is_attachment);

/// Files by name. @param name  only this one when given
std::vector<FileRecord> list_files(Connection& db, const std::string& project_id,
                                   const std::optional<std::string>& name = std::nullopt);

/// Who puts a new content under a name, and why.
struct NewVersion {
  std::string name;
  ObjectInfo content;
  std::int64_t user_id = 0;
};

/// Checks 3 to 7 of an upload that need no content: name, restrictions, a second project file.
///
/// @errors ApiError
void check_upload(const ProjectRecord& project, const std::string& name);

/// Adds a version (and the file, if new) and drops versions beyond the retention count.
///
/// Sets the project's project file, times and storage. Call with the content gate held since the
/// content was stored.
void add_version(Connection& db, const Config& config, const std::string& project_id,
                 const NewVersion& version, Timestamp time);

/// Notes which version "x.y.z" of QGIS wrote the project file.
void set_qgis_version(Connection& db, const std::string& project_id, const std::string& version);

/// A content under a name.
struct NewFile {
  std::string name;
  ObjectInfo content;
};

/// Fills an empty project with files; as add_version() for each of them, in one go.
void add_files(Connection& db, const std::string& project_id, const std::vector<NewFile>& files,
               std::int64_t user_id, Timestamp time);

/// True for a log that SQLite keeps beside a database (`-wal`, `-shm`, `-journal`).
bool is_sqlite_log(const std::string& name);

/// Forgets the logs beside a database. Call when a new version of it holds what they held: played
/// again over newer content they would silently undo it.
void forget_sqlite_logs(Connection& db, const std::string& project_id, const std::string& name);

/// Size of the newest versions of all files of a project.
std::int64_t newest_bytes(Connection& db, const std::string& project_id);

/// Names the newest versions of all files but attachments: equal texts, equal contents.
std::string content_state(Connection& db, const ProjectRecord& project);

/// Removes a file with all versions.
///
/// @errors ApiError api_error 404
void delete_file(Connection& db, const ProjectRecord& project, const std::string& name);

/// Removes one version.
///
/// @errors ApiError explicit_deletion_of_last_version, validation_error, api_error 404
void delete_version(Connection& db, const ProjectRecord& project, const std::string& name,
                    const std::string& version_id);

}  // namespace qfcsync::server
