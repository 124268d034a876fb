#pragma once

#include "domain/files.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qfcsync::server {

/// The package clients download: that of the newest finished package job.
struct PackageRecord {
  std::string job_id;
  std::string layers;  ///< layers_by_id of the original project, JSON or "null"
  std::vector<std::pair<std::string, FileVersion>> files;
};

/// @return nullopt when the project was never packaged or the package is empty
std::optional<PackageRecord> find_latest_package(Connection& db, const std::string& project_id);

/// Content of one file of the latest package; attachments come from the project's files.
///
/// @errors ApiError invalid_job, object_not_found
FileVersion find_package_file(Connection& db, const ProjectRecord& project,
                              const std::string& name);

/// Puts a file into the package of a running job; a file of that name is replaced. Call with the
/// content gate held since the content was stored.
///
/// @errors ApiError permission_denied: the project has no such package job that runs
void add_package_file(Connection& db, const std::string& project_id, const std::string& job_id,
                      const std::string& name, const ObjectInfo& content);

/// Forgets the packages of all jobs of the project but one.
void forget_older_packages(Connection& db, const std::string& project_id,
                           const std::string& kept_job_id);

}  // namespace qfcsync::server
