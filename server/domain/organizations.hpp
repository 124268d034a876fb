#pragma once

#include "db/database.hpp"
#include "domain/permissions.hpp"
#include "domain/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// An account of type 2: it cannot log in, has one owner and members, owns projects and teams.
struct Organization {
  std::int64_t id = 0;
  std::string username;
  std::string email;
  std::int64_t owner_id = 0;
  std::string owner;
  std::optional<std::string> default_project_role;  ///< of members on its projects
};

/// What a person is in an organization; a greater role may do all that a lesser one may.
enum class OrganizationRole : std::uint8_t { None, Member, Creator, Admin, Owner };

/// "member", "creator", "admin"; "admin" for the owner, too; "" for None
std::string_view to_string(OrganizationRole role);

/// The role of a member with that name; nullopt for any other text.
std::optional<OrganizationRole> member_role_of(std::string_view name);

/// Members, teams, the account itself.
constexpr bool may_manage(OrganizationRole role) { return role >= OrganizationRole::Admin; }
constexpr bool may_create_projects(OrganizationRole role) {
  return role >= OrganizationRole::Creator;
}

/// Exact name; nullopt for persons and teams, too.
std::optional<Organization> find_organization(Connection& db, std::string_view username);
/// By name. @param user_id  only those that the person owns or is a member of
std::vector<Organization> list_organizations(
    Connection& db, const std::optional<std::int64_t>& user_id = std::nullopt);

OrganizationRole find_organization_role(Connection& db, const Organization& organization,
                                        std::int64_t user_id);

/// The organization object of the API as the person sees it, who is owner or member.
nlohmann::json organization_json(Connection& db, const Organization& organization,
                                 std::int64_t user_id);

struct NewOrganization {
  std::string username;
  std::string owner;
  std::string email;
  std::optional<std::string> default_project_role;
};

/// @errors InvalidArgument: a value breaks a rule (message says which); NotFound: no such person;
///         AlreadyExists: the name is taken
Organization create_organization(Connection& db, const NewOrganization& wanted);

/// @param role  nullopt: members have no role on its projects unless they are collaborators
/// @errors InvalidArgument
void set_default_project_role(Connection& db, const Organization& organization,
                              const std::optional<std::string>& role);

/// The new owner is no member any more, the former one becomes an admin.
///
/// @errors NotFound: no such person
void change_organization_owner(Connection& db, const Organization& organization,
                               std::string_view new_owner);

enum class OwnedProjects { Refuse, Delete };

/// Forgets the organization with its members and teams.
///
/// @errors InvalidArgument: it owns projects and they were to be refused
void delete_organization(Connection& db, const Organization& organization, OwnedProjects projects);

/// Deletes what the account owns, or refuses if it owns anything.
///
/// @errors InvalidArgument
void clear_projects_of(Connection& db, std::int64_t user_id, OwnedProjects projects);

}  // namespace qfcsync::server
