#pragma once

#include "db/database.hpp"
#include "domain/permissions.hpp"

#include <cstdint>
#include <string>

namespace qfcsync::server {

/// A role on a project and where it comes from.
struct Grant {
  Role role = Role::None;
  RoleOrigin origin = RoleOrigin::Public;

  /// What the SQL below calls `code`: the smallest of several is the one that counts.
  static Grant of_code(std::int64_t code);
};

enum class GrantScope {
  AllProjects,  ///< but those that are only public
  WithPublic,   ///< those, too
  OneProject,   ///< the project whose id is ?2
};

/// A query of (project, code): every rule that gives the person ?1 a role, with the project's
/// rowid. Several rules may match one project; the first one counts, and of several teams the one
/// with the strongest role.
///
/// This is the one place that knows who has which role on what.
std::string grants_sql(GrantScope scope);

/// What a person may do on a project; Role::None if nothing or if there is no such project.
Grant find_grant(Connection& db, std::int64_t user_id, const std::string& project_id);

/// Whether the person is owner or member of the organization.
bool belongs_to_organization(Connection& db, std::int64_t user_id, std::int64_t organization_id);

}  // namespace qfcsync::server
