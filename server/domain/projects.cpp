#include "domain/projects.hpp"

#include <qfcsync/error.hpp>

#include "domain/collaborators.hpp"
#include "domain/organizations.hpp"
#include "domain/project_roles.hpp"
#include "domain/subscriptions.hpp"
#include "domain/uuid.hpp"
#include "domain/version_places.hpp"
#include "http/api_error.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr std::string_view kSharedDatasets = "shared_datasets";

// Everything but the role, of the projects whose rowids are the JSON array ?1; the first column is
// the place in that array. One statement for a whole page costs half of one for each row. A private
// project is overfull when more persons are collaborators than the owner's plan allows. INDEXED BY:
// without statistics the planner would read every job and every project of the owner, for each row
// of a list.
constexpr std::string_view kSelect = R"sql(
SELECT w.key, p.id, p.owner_id, o.username, p.name, p.description, p.project_type, p.is_public,
       p.is_featured, p.is_attachment_download_on_demand, p.has_restricted_projectfiles,
       p.overwrite_conflicts, p.created_at, p.updated_at, p.data_last_updated_at,
       p.data_last_packaged_at, p.restricted_data_last_updated_at, p.qgis_file,
       p.attachment_dirs, p.storage_bytes, p.details IS NOT NULL, p.has_online_layers,
       EXISTS (SELECT 1 FROM job j INDEXED BY job_busy WHERE j.project_id = p.id
               AND j.status IN ('pending', 'queued', 'started')),
       (SELECT j.finished_at FROM job j INDEXED BY job_packaged WHERE j.project_id = p.id
        AND j.type = 'package' AND j.status = 'finished' ORDER BY j.seq DESC LIMIT 1),
       (SELECT d.id FROM project d INDEXED BY project_shared_datasets WHERE d.owner_id = p.owner_id
        AND d.project_type = 'shared_datasets'),
       CASE WHEN p.is_public OR coalesce(s.max_collaborators, ?2) < 0 THEN 0
         ELSE coalesce(s.max_collaborators, ?2) <
           (SELECT count(*) FROM collaborator c JOIN user u ON u.id = c.user_id AND u.type = 1
            WHERE c.project_id = p.id AND c.user_id <> coalesce(
              (SELECT g.owner_id FROM organization g WHERE g.user_id = p.owner_id), p.owner_id))
       END,
       o.type
FROM json_each(?1) w CROSS JOIN project p ON p.rowid = w.value CROSS JOIN user o ON o.id = p.owner_id
LEFT JOIN subscription s ON s.user_id = p.owner_id
)sql";

constexpr std::string_view kDefaultDirectories = R"(["DCIM"])";

std::vector<std::string> directories(const std::string& text) {
  if (text == kDefaultDirectories) return {"DCIM"};
  const json list = json::parse(text, nullptr, false);
  std::vector<std::string> result;
  if (!list.is_array()) return result;
  for (const json& entry : list) {
    if (entry.is_string()) result.push_back(entry.get<std::string>());
  }
  return result;
}

ProjectRecord read_project(const Row& row) {
  ProjectRecord project;
  project.id = row.text(1);
  project.owner_id = row.integer(2);
  project.owner = row.text(3);
  project.name = row.text(4);
  project.description = row.text(5);
  project.type = row.text(6);
  project.is_public = row.boolean(7);
  project.is_featured = row.boolean(8);
  project.is_attachment_download_on_demand = row.boolean(9);
  project.has_restricted_projectfiles = row.boolean(10);
  project.overwrite_conflicts = row.boolean(11);
  project.created_at = row.integer(12);
  project.updated_at = row.integer(13);
  project.data_last_updated_at = row.optional_integer(14);
  project.data_last_packaged_at = row.optional_integer(15);
  project.restricted_data_last_updated_at = row.optional_integer(16);
  project.qgis_file = row.optional_text(17);
  project.attachment_dirs = directories(row.text(18));
  project.storage_bytes = row.integer(19);
  project.is_processed = row.boolean(20);
  project.has_online_layers = row.boolean(21);
  project.is_busy = row.boolean(22);
  project.last_package_finished_at = row.optional_integer(23);
  project.shared_datasets_project_id = row.optional_text(24);
  project.is_overfull = row.boolean(25);
  project.is_of_organization = row.integer(26) == 2;
  return project;
}

/// An owner has one shared datasets project, however its name is written.
void require_only_shared_datasets(Connection& db, std::int64_t owner_id,
                                  const std::string& own_id) {
  const auto other = db.integer(
      "SELECT 1 FROM project WHERE owner_id = ? AND project_type = 'shared_datasets' AND id <> ?",
      {owner_id, own_id});
  if (other) throw errors::project_already_exists();
}

/// A role is computed even where it does not hold: too many collaborators, or a row that was left
/// behind by a change of owner.
bool has_valid_role(Connection& db, const ProjectRecord& project, std::int64_t user_id) {
  if (project.role == Role::None || project.is_public) return project.role != Role::None;
  if (project.is_overfull) return false;
  const bool is_by_row =
      project.origin == RoleOrigin::Collaborator || project.origin == RoleOrigin::TeamMember;
  return !is_by_row || !project.is_of_organization ||
         belongs_to_organization(db, user_id, project.owner_id);
}

}  // namespace

bool is_shared_datasets_name(std::string_view name) {
  return std::equal(
      name.begin(), name.end(), kSharedDatasets.begin(), kSharedDatasets.end(),
      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

bool ProjectRecord::needs_repackaging() const {
  if (!is_processed || has_online_layers) return true;
  if (!data_last_updated_at || !data_last_packaged_at || !last_package_finished_at) return true;
  return *last_package_finished_at < *data_last_updated_at ||
         *data_last_packaged_at < *data_last_updated_at;
}

std::string ProjectRecord::status() const {
  if (is_busy) return "busy";
  if (is_overfull) return "failed";
  const bool has_project_file = qgis_file.has_value() && is_processed;
  return has_project_file || type == kSharedDatasets ? "ok" : "failed";
}

std::vector<ProjectRecord> load_projects(Connection& db, std::span<const GrantedProject> wanted) {
  std::string rowids;
  for (const GrantedProject& one : wanted) {
    rowids += fmt::format("{}{}", rowids.empty() ? '[' : ',', one.rowid);
  }
  std::vector<ProjectRecord> projects(wanted.size());
  if (wanted.empty()) return projects;
  db.each(kSelect, {rowids + "]", plan_of(db).max_collaborators}, [&](const Row& row) {
    const auto place = static_cast<std::size_t>(row.integer(0));
    projects[place] = read_project(row);
    projects[place].role = wanted[place].grant.role;
    projects[place].origin = wanted[place].grant.origin;
  });
  return projects;
}

std::optional<ProjectRecord> find_project(Connection& db, const std::string& id,
                                          std::int64_t user_id) {
  const auto rowid = db.integer("SELECT rowid FROM project WHERE id = ?", {id});
  if (!rowid) return std::nullopt;
  const GrantedProject wanted{*rowid, find_grant(db, user_id, id)};
  ProjectRecord project = std::move(load_projects(db, {&wanted, 1}).front());
  project.has_valid_role = has_valid_role(db, project, user_id);
  return project;
}

std::optional<std::string> find_project_id(Connection& db, const std::string& owner,
                                           const std::string& name) {
  return db.first(
      "SELECT p.id FROM project p JOIN user o ON o.id = p.owner_id "
      "WHERE o.username = ?1 AND o.username = ?1 COLLATE BINARY AND p.name = ?2",
      {owner, name}, [](const Row& row) { return row.text(0); });
}

namespace {

/// What a person is in the organization; nullopt when the account is none.
std::optional<OrganizationRole> role_in(Connection& db, std::int64_t account_id,
                                        std::int64_t user_id) {
  const auto name = db.first("SELECT username FROM user WHERE id = ? AND type = 2", {account_id},
                             [](const Row& row) { return row.text(0); });
  const auto organization = name ? find_organization(db, *name) : std::nullopt;
  if (!organization) return std::nullopt;
  return find_organization_role(db, *organization, user_id);
}

}  // namespace

void require_right_to_create(Connection& db, std::int64_t owner_id, std::int64_t creator_id) {
  if (owner_id == creator_id) return;
  const auto role = role_in(db, owner_id, creator_id);
  if (!role || !may_create_projects(*role)) throw errors::permission_denied();
}

std::string create_project(Connection& db, std::int64_t creator_id, const ProjectChange& wanted) {
  const std::string id = new_uuid();
  const std::int64_t owner_id = wanted.owner_id.value_or(creator_id);
  const std::string name = wanted.name.value_or("");
  const std::string type = is_shared_datasets_name(name) ? std::string(kSharedDatasets)
                                                         : wanted.type.value_or("regular");
  const Timestamp time = now();
  if (type == kSharedDatasets) require_only_shared_datasets(db, owner_id, id);
  try {
    db.run(
        "INSERT INTO project (id, owner_id, name, description, project_type, is_public, "
        "is_featured, is_attachment_download_on_demand, has_restricted_projectfiles, "
        "overwrite_conflicts, created_by, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {id, owner_id, name, wanted.description.value_or(""), type,
         wanted.is_public.value_or(false), wanted.is_featured.value_or(false),
         wanted.is_attachment_download_on_demand.value_or(false),
         wanted.has_restricted_projectfiles.value_or(false),
         wanted.overwrite_conflicts.value_or(true), creator_id, time, time});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::AlreadyExists) throw errors::project_already_exists();
    throw;
  }
  if (role_in(db, owner_id, creator_id) == OrganizationRole::Creator) {
    add_collaborator(db, id, creator_id, "admin", creator_id);
  }
  return id;
}

void update_project(Connection& db, const ProjectRecord& project, const ProjectChange& wanted) {
  const std::string name = wanted.name.value_or(project.name);
  std::string type = wanted.type.value_or(project.type);
  if (project.type == kSharedDatasets) {
    if (!is_shared_datasets_name(name)) throw errors::validation_error();
    type = kSharedDatasets;
  } else if (is_shared_datasets_name(name)) {
    if (project.qgis_file) throw errors::qgis_project_file_not_allowed();
    type = kSharedDatasets;
  }
  const std::int64_t owner_id = wanted.owner_id.value_or(project.owner_id);
  if (type == kSharedDatasets) require_only_shared_datasets(db, owner_id, project.id);
  try {
    db.run(
        "UPDATE project SET owner_id = ?, name = ?, description = ?, project_type = ?, "
        "is_public = ?, is_featured = ?, is_attachment_download_on_demand = ?, "
        "has_restricted_projectfiles = ?, overwrite_conflicts = ?, updated_at = ? WHERE id = ?",
        {owner_id, name, wanted.description.value_or(project.description), type,
         wanted.is_public.value_or(project.is_public),
         wanted.is_featured.value_or(project.is_featured),
         wanted.is_attachment_download_on_demand.value_or(project.is_attachment_download_on_demand),
         wanted.has_restricted_projectfiles.value_or(project.has_restricted_projectfiles),
         wanted.overwrite_conflicts.value_or(project.overwrite_conflicts), now(), project.id});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::AlreadyExists) throw errors::project_already_exists();
    throw;
  }
}

void delete_project(Connection& db, const std::string& id) {
  db.run(
      "INSERT OR IGNORE INTO unused_content "
      "SELECT v.sha256 FROM file_version v JOIN file f ON f.id = v.file_id WHERE f.project_id = ?1 "
      "UNION SELECT k.sha256 FROM package_file k JOIN job j ON j.id = k.job_id "
      "WHERE j.project_id = ?1 UNION SELECT sha256 FROM faulty_deltafile WHERE project_id = ?1 "
      "UNION SELECT sha256 FROM thumbnail WHERE project_id = ?1 UNION SELECT xlsform_sha256 FROM "
      "seed WHERE project_id = ?1 AND xlsform_sha256 IS NOT NULL",
      {id});
  db.run("DELETE FROM project WHERE id = ?", {id});
  note_dead_content(db, id);
}

}  // namespace qfcsync::server
