#include "domain/teams.hpp"

#include <qfcsync/error.hpp>

#include "domain/accounts.hpp"
#include "domain/names.hpp"
#include "domain/project_roles.hpp"
#include "domain/timestamp.hpp"

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

/// @errors InvalidArgument, AlreadyExists
void require_free_name(Connection& db, const std::string& username, std::string_view team,
                       std::int64_t own_id) {
  if (const auto reason = invalid_team_name(team)) {
    throw Error(ErrorCode::InvalidArgument, *reason);
  }
  if (db.integer("SELECT 1 FROM user WHERE username = ? AND id <> ?", {username, own_id})) {
    throw Error(ErrorCode::AlreadyExists, fmt::format("there is a team {} already", username));
  }
}

}  // namespace

std::string team_username(std::string_view organization, std::string_view team) {
  return fmt::format("@{}/{}", organization, team);
}

std::string_view display_name(std::string_view username) {
  return username.starts_with('@') ? username.substr(username.find('/') + 1) : username;
}

std::vector<Team> list_teams(Connection& db, std::int64_t organization_id) {
  return db.all(
      "SELECT u.id, u.username FROM team t JOIN user u ON u.id = t.user_id "
      "WHERE t.organization_id = ? ORDER BY u.username",
      {organization_id}, [](const Row& row) {
        return Team{row.integer(0), std::string(display_name(row.text(1)))};
      });
}

std::optional<Team> find_team(Connection& db, const Organization& organization,
                              std::string_view team) {
  const auto account = find_user(db, team_username(organization.username, team));
  if (!account || account->type != kTeam) return std::nullopt;
  return Team{account->id, std::string(team)};
}

Team create_team(Connection& db, const Organization& organization, std::string_view team) {
  const std::string username = team_username(organization.username, team);
  require_free_name(db, username, team, 0);
  db.run("INSERT INTO user (username, type, created_at) VALUES (?, ?, ?)",
         {username, kTeam, now()});
  const std::int64_t id = db.last_id();
  db.run("INSERT INTO team (user_id, organization_id) VALUES (?, ?)", {id, organization.id});
  return {id, std::string(team)};
}

void rename_team(Connection& db, const Organization& organization, const Team& team,
                 std::string_view new_name) {
  const std::string username = team_username(organization.username, new_name);
  require_free_name(db, username, new_name, team.id);
  db.run("UPDATE user SET username = ? WHERE id = ?", {username, team.id});
}

void delete_team(Connection& db, const Team& team) { delete_account(db, team.id); }

std::vector<std::string> list_team_members(Connection& db, const Team& team) {
  return db.all(
      "SELECT u.username FROM team_member m JOIN user u ON u.id = m.user_id "
      "WHERE m.team_id = ? ORDER BY m.id",
      {team.id}, [](const Row& row) { return row.text(0); });
}

void add_team_member(Connection& db, const Organization& organization, const Team& team,
                     std::int64_t user_id) {
  if (!belongs_to_organization(db, user_id, organization.id)) {
    throw Error(ErrorCode::InvalidArgument,
                "only members and the owner of an organization can be in its teams");
  }
  db.run("INSERT INTO team_member (team_id, user_id) VALUES (?, ?)", {team.id, user_id});
}

bool remove_team_member(Connection& db, const Team& team, std::string_view username) {
  return db.run(
             "DELETE FROM team_member WHERE team_id = ? AND user_id = "
             "(SELECT id FROM user WHERE username = ? COLLATE BINARY)",
             {team.id, username}) > 0;
}

}  // namespace qfcsync::server
