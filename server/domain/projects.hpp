#pragma once

#include "db/database.hpp"
#include "domain/permissions.hpp"
#include "domain/project_roles.hpp"
#include "domain/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// A project as the server keeps it, with the role one user has on it.
struct ProjectRecord {
  std::string id;
  std::int64_t owner_id = 0;
  std::string owner;
  std::string name;
  std::string description;
  std::string type;  ///< regular, shared_datasets, template
  bool is_public = false;
  bool is_featured = false;
  bool is_attachment_download_on_demand = false;
  bool has_restricted_projectfiles = false;
  bool overwrite_conflicts = true;
  Timestamp created_at = 0;
  Timestamp updated_at = 0;
  std::optional<Timestamp> data_last_updated_at;
  std::optional<Timestamp> data_last_packaged_at;
  std::optional<Timestamp> restricted_data_last_updated_at;
  std::optional<std::string> qgis_file;
  std::vector<std::string> attachment_dirs;
  std::int64_t storage_bytes = 0;
  bool is_processed = false;  ///< the project file was read
  bool has_online_layers = false;
  bool is_busy = false;  ///< an unfinished job
  std::optional<Timestamp> last_package_finished_at;
  std::optional<std::string> shared_datasets_project_id;
  bool is_of_organization = false;
  bool is_overfull = false;  ///< private, with more collaborators than the owner's plan allows
  Role role = Role::None;
  RoleOrigin origin = RoleOrigin::Public;
  /// Whether the role holds. Only reading the project itself asks for it. Not set in lists.
  bool has_valid_role = false;

  bool needs_repackaging() const;
  std::string status() const;
};

/// The project object of the API.
nlohmann::json project_json(const ProjectRecord& project);

/// The same object as compact text, at the end of `text`.
void append_project(std::string& text, const ProjectRecord& project);

/// @return nullopt when there is no such project
std::optional<ProjectRecord> find_project(Connection& db, const std::string& id,
                                          std::int64_t user_id);

/// A project, by its rowid, with the role that somebody has on it.
struct GrantedProject {
  std::int64_t rowid = 0;
  Grant grant;
};

/// The projects in their order; all must exist, so call it in the transaction that found them.
std::vector<ProjectRecord> load_projects(Connection& db, std::span<const GrantedProject> wanted);

/// The project of that owner with exactly that name.
std::optional<std::string> find_project_id(Connection& db, const std::string& owner,
                                           const std::string& name);

struct ProjectFilter {
  bool include_public = false;
  bool only_public = false;
  std::string owner;  ///< "" = any; compared without case, as name
  std::string name;
  std::string search;  ///< words that must occur in owner or name
  std::string ordering;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
};

struct ProjectPage {
  std::vector<ProjectRecord> projects;
  std::int64_t total = 0;
};

ProjectPage list_projects(Connection& db, std::int64_t user_id, const ProjectFilter& filter);

/// What a request wants to set; nullopt = not mentioned.
struct ProjectChange {
  std::optional<std::string> name;
  std::optional<std::int64_t> owner_id;
  std::optional<std::string> description;
  std::optional<std::string> type;
  std::optional<bool> is_public;
  std::optional<bool> is_featured;
  std::optional<bool> is_attachment_download_on_demand;
  std::optional<bool> has_restricted_projectfiles;
  std::optional<bool> overwrite_conflicts;
};

/// The name that makes a project its owner's shared datasets project, in any case.
bool is_shared_datasets_name(std::string_view name);

/// Whether somebody may create projects that this account owns.
///
/// @errors ApiError permission_denied
void require_right_to_create(Connection& db, std::int64_t owner_id, std::int64_t creator_id);

/// A member who may create projects of an organization but not manage it becomes an admin of this
/// one.
///
/// @return id of the new project @errors ApiError project_already_exists
std::string create_project(Connection& db, std::int64_t creator_id, const ProjectChange& wanted);

/// @errors ApiError project_already_exists, qgis_project_file_not_allowed, validation_error
void update_project(Connection& db, const ProjectRecord& project, const ProjectChange& wanted);

/// Forgets the project with everything that belongs to it. Its contents become unused.
void delete_project(Connection& db, const std::string& id);

}  // namespace qfcsync::server
