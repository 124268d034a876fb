#pragma once

#include "db/database.hpp"
#include "domain/organizations.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::server {

/// An account of type 3: a group of an organization's people that can be a collaborator.
struct Team {
  std::int64_t id = 0;
  std::string name;  ///< without the organization
};

/// What the account of a team is called: "@organization/team".
std::string team_username(std::string_view organization, std::string_view team);

/// The name of a team without the organization; other usernames as they are.
std::string_view display_name(std::string_view username);

/// Teams by name.
std::vector<Team> list_teams(Connection& db, std::int64_t organization_id);
std::optional<Team> find_team(Connection& db, const Organization& organization,
                              std::string_view team);

/// @errors InvalidArgument: bad name; AlreadyExists: the name is taken
Team create_team(Connection& db, const Organization& organization, std::string_view team);
void rename_team(Connection& db, const Organization& organization, const Team& team,
                 std::string_view new_name);
void delete_team(Connection& db, const Team& team);

/// Usernames in the order they were added.
std::vector<std::string> list_team_members(Connection& db, const Team& team);

/// @errors InvalidArgument: neither member nor owner of the organization; AlreadyExists
void add_team_member(Connection& db, const Organization& organization, const Team& team,
                     std::int64_t user_id);

/// @return false when there is no such person in the team
bool remove_team_member(Connection& db, const Team& team, std::string_view username);

}  // namespace qfcsync::server
