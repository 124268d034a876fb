#include "domain/project_roles.hpp"

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

// A code is the place of the rule times this, plus how far the role is from the strongest one.
constexpr std::int64_t kRuleStep = 10;

constexpr std::int64_t code_of(RoleOrigin rule, Role role) {
  return static_cast<std::int64_t>(rule) * kRuleStep + static_cast<std::int64_t>(Role::Admin) -
         static_cast<std::int64_t>(role);
}

/// SQL for the code of a rule whose role is in a column.
std::string code_of(RoleOrigin rule, std::string_view column) {
  std::string sql = fmt::format("CASE {}", column);
  for (const Role role : {Role::Admin, Role::Manager, Role::Editor, Role::Reporter}) {
    sql += fmt::format(" WHEN '{}' THEN {}", to_string(role), code_of(rule, role));
  }
  return sql + fmt::format(" ELSE {} END", code_of(rule, Role::Reader));
}

}  // namespace

Grant Grant::of_code(std::int64_t code) {
  return {static_cast<Role>(static_cast<std::int64_t>(Role::Admin) - code % kRuleStep),
          static_cast<RoleOrigin>(code / kRuleStep)};
}

std::string grants_sql(GrantScope scope) {
  const char* const only = scope == GrantScope::OneProject ? " AND p.id = ?2" : "";
  std::string sql = fmt::format(
      "SELECT p.rowid AS project, {0} AS code FROM project p WHERE p.owner_id = ?1{4}"
      " UNION ALL SELECT p.rowid, {1} FROM organization g JOIN project p ON p.owner_id = g.user_id"
      " WHERE g.owner_id = ?1{4}"
      " UNION ALL SELECT p.rowid, CASE m.role WHEN 'admin' THEN {2} ELSE {3} END FROM member m"
      " JOIN organization g ON g.user_id = m.organization_id"
      " JOIN project p ON p.owner_id = g.user_id"
      " WHERE m.user_id = ?1 AND (m.role = 'admin' OR g.default_project_role IS NOT NULL){4}",
      code_of(RoleOrigin::ProjectOwner, Role::Admin),
      code_of(RoleOrigin::OrganizationOwner, Role::Admin),
      code_of(RoleOrigin::OrganizationAdmin, Role::Admin),
      code_of(RoleOrigin::OrganizationMember, "g.default_project_role"), only);
  sql += fmt::format(
      " UNION ALL SELECT p.rowid, {0} FROM collaborator c JOIN project p ON p.id = c.project_id"
      " WHERE c.user_id = ?1{2}"
      " UNION ALL SELECT p.rowid, {1} FROM team_member t JOIN collaborator c"
      " ON c.user_id = t.team_id JOIN project p ON p.id = c.project_id WHERE t.user_id = ?1{2}",
      code_of(RoleOrigin::Collaborator, "c.role"), code_of(RoleOrigin::TeamMember, "c.role"), only);
  if (scope == GrantScope::AllProjects) return sql;
  return sql + fmt::format(" UNION ALL SELECT p.rowid, {} FROM project p WHERE p.is_public{}",
                           code_of(RoleOrigin::Public, Role::Reader), only);
}

Grant find_grant(Connection& db, std::int64_t user_id, const std::string& project_id) {
  static const std::string kSql =
      "SELECT min(code) FROM (" + grants_sql(GrantScope::OneProject) + ")";
  const auto code =
      db.first(kSql, {user_id, project_id}, [](const Row& row) { return row.optional_integer(0); });
  return code && *code ? Grant::of_code(**code) : Grant{};
}

bool belongs_to_organization(Connection& db, std::int64_t user_id, std::int64_t organization_id) {
  return db
      .integer(
          "SELECT 1 FROM organization WHERE user_id = ?2 AND owner_id = ?1 UNION ALL "
          "SELECT 1 FROM member WHERE user_id = ?1 AND organization_id = ?2",
          {user_id, organization_id})
      .has_value();
}

}  // namespace qfcsync::server
