#pragma once

#include "db/database.hpp"
#include "domain/accounts.hpp"
#include "domain/projects.hpp"
#include "domain/timestamp.hpp"

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// A person or a team with a role of his own on a project.
struct CollaboratorRecord {
  std::string project_id;
  std::string username;
  std::string role;
  std::optional<std::string> created_by;
  std::optional<std::string> updated_by;
  Timestamp created_at = 0;
  Timestamp updated_at = 0;
};

nlohmann::json collaborator_json(const CollaboratorRecord& collaborator);

/// Collaborators in the order they were added. @param username  only this one when given
std::vector<CollaboratorRecord> list_collaborators(
    Connection& db, const std::string& project_id,
    const std::optional<std::string>& username = std::nullopt);

/// Whether the account may be given a role on the project.
///
/// @errors ApiError validation_error: the owner; on a project of an organization, a person who is
///         not in it or a team of another one
void require_possible_collaborator(Connection& db, const ProjectRecord& project, const User& user);

/// @errors AlreadyExists: is one already
void add_collaborator(Connection& db, const std::string& project_id, std::int64_t user_id,
                      const std::string& role, std::int64_t by_user_id);

/// @return false when there is no such collaborator
bool change_collaborator(Connection& db, const std::string& project_id, const std::string& username,
                         const std::string& role, std::int64_t by_user_id);
bool remove_collaborator(Connection& db, const std::string& project_id,
                         const std::string& username);

}  // namespace qfcsync::server
