#pragma once

#include "domain/files.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace qfcsync::server {

/// The newest files of a project (without attachments) as a folder, for one job.
///
/// Files are shared with the store and must not be written to, but for those that were asked for
/// with make_writable(). A name that no folder can hold beside the others (`a` and `a/b`, parts
/// that are too long for the file system) is left out: such a file can be no source of a layer. A
/// log of SQLite comes along only with the database it was uploaded with.
class ProjectFolder {
 public:
  /// Takes the content gate while it builds.
  ///
  /// @param root  a folder to be created; its parent is the job's own
  ProjectFolder(Services& services, const ProjectRecord& project,
                const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }

  /// The project file inside the folder.
  ///
  /// @errors ApiError no_qgis_project
  std::filesystem::path project_file() const;

  /// Gives the file a content of its own (once); later calls do nothing.
  void make_writable(const std::filesystem::path& file);

  /// Name of a file below the root as the project knows it.
  std::string name_of(const std::filesystem::path& file) const;

 private:
  void add(const FileRecord& file);
  bool is_stale_log(const FileRecord& file) const;

  Services& services_;
  const ProjectRecord& project_;
  std::filesystem::path root_;
  std::map<std::string, std::string> contents_;  ///< name -> content still shared with the store
  std::map<std::string, Timestamp> times_;       ///< name -> upload of the newest version
};

}  // namespace qfcsync::server
