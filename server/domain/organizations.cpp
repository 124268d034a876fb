#include "domain/organizations.hpp"

#include <qfcsync/error.hpp>

#include "domain/accounts.hpp"
#include "domain/members.hpp"
#include "domain/names.hpp"
#include "domain/projects.hpp"
#include "domain/teams.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kRoleNames = {"", "member", "creator", "admin", "admin"};

constexpr std::string_view kSelect =
    "SELECT g.user_id, u.username, u.email, g.owner_id, o.username, g.default_project_role "
    "FROM organization g JOIN user u ON u.id = g.user_id JOIN user o ON o.id = g.owner_id ";

Organization read_organization(const Row& row) {
  return {row.integer(0), row.text(1), row.text(2),
          row.integer(3), row.text(4), row.optional_text(5)};
}

User require_person(Connection& db, std::string_view username) {
  auto user = find_user(db, username);
  if (!user || user->type != kPerson) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no person {}", username));
  }
  return *std::move(user);
}

void require_role(const std::optional<std::string>& role) {
  if (!role || role_of(*role)) return;
  throw Error(
      ErrorCode::InvalidArgument,
      fmt::format("'{}' is no role; take admin, manager, editor, reporter or reader", *role));
}

json names_json(const std::vector<std::string>& names) {
  json list = json::array();
  for (const std::string& name : names) list.push_back(name);
  return list;
}

}  // namespace

std::string_view to_string(OrganizationRole role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

std::optional<OrganizationRole> member_role_of(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto* const found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<OrganizationRole>(found - kRoleNames.begin());
}

std::optional<Organization> find_organization(Connection& db, std::string_view username) {
  return db.first(std::string(kSelect) +
                      "WHERE u.username = ?1 AND u.username = ?1 COLLATE BINARY",  // index, exactly
                  {username}, read_organization);
}

std::vector<Organization> list_organizations(Connection& db,
                                             const std::optional<std::int64_t>& user_id) {
  return db.all(std::string(kSelect) +
                    "WHERE ?1 IS NULL OR g.owner_id = ?1 OR g.user_id IN "
                    "(SELECT organization_id FROM member WHERE user_id = ?1) ORDER BY u.username",
                {user_id}, read_organization);
}

OrganizationRole find_organization_role(Connection& db, const Organization& organization,
                                        std::int64_t user_id) {
  if (organization.owner_id == user_id) return OrganizationRole::Owner;
  const auto role =
      db.first("SELECT role FROM member WHERE organization_id = ? AND user_id = ?",
               {organization.id, user_id}, [](const Row& row) { return row.text(0); });
  return role ? member_role_of(*role).value_or(OrganizationRole::None) : OrganizationRole::None;
}

json organization_json(Connection& db, const Organization& organization, std::int64_t user_id) {
  const bool is_owner = organization.owner_id == user_id;
  bool is_public = is_owner;
  std::vector<std::string> public_members;
  for (const Member& member : list_members(db, organization.id)) {
    if (member.is_public) public_members.push_back(member.username);
    if (member.user_id == user_id) is_public = member.is_public;
  }
  std::vector<std::string> teams;
  for (const Team& team : list_teams(db, organization.id)) teams.push_back(team.name);
  return {{"username", organization.username},
          {"type", kOrganization},
          {"email", organization.email},
          {"avatar_url", nullptr},
          {"members", names_json(public_members)},
          {"organization_owner", organization.owner},
          {"membership_role", to_string(find_organization_role(db, organization, user_id))},
          {"membership_role_origin", is_owner ? "organization_owner" : "organization_member"},
          {"membership_is_public", is_public},
          {"teams", names_json(teams)}};
}

Organization create_organization(Connection& db, const NewOrganization& wanted) {
  require_role(wanted.default_project_role);
  const User owner = require_person(db, wanted.owner);
  const std::int64_t id = insert_organization_account(db, wanted.username, wanted.email);
  db.run("INSERT INTO organization (user_id, owner_id, default_project_role) VALUES (?, ?, ?)",
         {id, owner.id, wanted.default_project_role});
  return {id, wanted.username, wanted.email, owner.id, owner.username, wanted.default_project_role};
}

void set_default_project_role(Connection& db, const Organization& organization,
                              const std::optional<std::string>& role) {
  require_role(role);
  db.run("UPDATE organization SET default_project_role = ? WHERE user_id = ?",
         {role, organization.id});
}

void change_organization_owner(Connection& db, const Organization& organization,
                               std::string_view new_owner) {
  const User owner = require_person(db, new_owner);
  if (owner.id == organization.owner_id) return;
  db.run("DELETE FROM member WHERE organization_id = ? AND user_id = ?",
         {organization.id, owner.id});
  db.run("UPDATE organization SET owner_id = ? WHERE user_id = ?", {owner.id, organization.id});
  const Timestamp time = now();
  db.run(
      "INSERT INTO member (organization_id, user_id, role, created_at, updated_at) "
      "VALUES (?1, ?2, 'admin', ?3, ?3)",
      {organization.id, organization.owner_id, time});
}

void clear_projects_of(Connection& db, std::int64_t user_id, OwnedProjects projects) {
  const auto ids = db.all("SELECT id FROM project WHERE owner_id = ?", {user_id},
                          [](const Row& row) { return row.text(0); });
  if (!ids.empty() && projects == OwnedProjects::Refuse) {
    throw Error(
        ErrorCode::InvalidArgument,
        fmt::format("the account owns {} projects; give them away or have them deleted, too",
                    ids.size()));
  }
  for (const std::string& id : ids) delete_project(db, id);
}

void delete_organization(Connection& db, const Organization& organization, OwnedProjects projects) {
  clear_projects_of(db, organization.id, projects);
  for (const Team& team : list_teams(db, organization.id)) delete_team(db, team);
  delete_account(db, organization.id);
}

}  // namespace qfcsync::server
