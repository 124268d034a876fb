#include "domain/teams.hpp"

#include "domain/accounts.hpp"
#include "http/fields.hpp"
#include "routes/organization_call.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

json team_json(Connection& db, const Organization& organization, const Team& team) {
  json members = json::array();
  for (std::string& name : list_team_members(db, team)) members.push_back(std::move(name));
  return {{"team", team.name}, {"organization", organization.username}, {"members", members}};
}

/// The team that the path names. @errors ApiError object_not_found
Team require_team(Connection& db, const Call& call, const Organization& organization) {
  auto team = find_team(db, organization, call.param("team"));
  if (!team) throw errors::object_not_found();
  return *std::move(team);
}

/// Routes of a team's members answer unknown teams like unknown organizations.
Team require_team_of_members(Connection& db, const Call& call, const Organization& organization) {
  auto team = find_team(db, organization, call.param("team"));
  if (!team) throw errors::permission_denied();
  return *std::move(team);
}

std::string team_field(const Call& call) {
  const auto name = field_string(call.fields, "team");
  if (!name || name->empty()) throw errors::api_error(400).with_detail("team is required");
  return *name;
}

Response list(Call& call) {
  return json_response(200, call.services.db.read([&](Connection& db) {
    const Organization organization = require_organization(db, call);
    json all = json::array();
    for (const Team& team : list_teams(db, organization.id)) {
      all.push_back(team_json(db, organization, team));
    }
    return all;
  }));
}

Response create(Call& call) {
  return json_response(201, call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    const std::string name = team_field(call);
    const Team team = as_api_error([&] { return create_team(db, organization, name); });
    return team_json(db, organization, team);
  }));
}

Response get(Call& call) {
  return json_response(200, call.services.db.read([&](Connection& db) {
    const Organization organization = require_organization(db, call);
    return team_json(db, organization, require_team(db, call, organization));
  }));
}

Response rename(Call& call) {
  return json_response(200, call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    const Team team = require_team(db, call, organization);
    const std::string name = team_field(call);
    as_api_error([&] { rename_team(db, organization, team, name); });
    return team_json(db, organization, {team.id, name});
  }));
}

Response refuse(Call&) { throw errors::permission_denied(); }

Response remove(Call& call) {
  call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    delete_team(db, require_team(db, call, organization));
  });
  return Response::empty(204);
}

Response list_members_of(Call& call) {
  return json_response(200, call.services.db.read([&](Connection& db) {
    const Team team = require_team_of_members(db, call, require_organization(db, call));
    json all = json::array();
    for (const std::string& name : list_team_members(db, team)) all.push_back({{"member", name}});
    return all;
  }));
}

Response add_member_to(Call& call) {
  return json_response(201, call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    const Team team = require_team_of_members(db, call, organization);
    const std::string name = field_string(call.fields, "member").value_or("");
    auto user = find_user(db, name);
    if (!user) user = find_person_by_email(db, name);
    if (!user || user->type != kPerson) {
      throw errors::api_error(400).with_detail("member must name a person");
    }
    add_team_member(db, organization, team, user->id);
    return json{{"member", user->username}};
  }));
}

Response remove_member_from(Call& call) {
  call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    const Team team = require_team_of_members(db, call, organization);
    if (!remove_team_member(db, team, call.param("username"))) throw errors::object_not_found();
  });
  return Response::empty(204);
}

constexpr auto kUser = Access::User;
constexpr auto kNone = BodyKind::None;
constexpr auto kFields = BodyKind::Fields;
constexpr Route kRoutes[] = {
    {"GET", "organizations/{organization}/teams", kUser, {}, kNone, list},
    {"POST", "organizations/{organization}/teams", kUser, {}, kFields, create},
    {"GET", "organizations/{organization}/teams/{team}", kUser, {}, kNone, get},
    {"PUT", "organizations/{organization}/teams/{team}", kUser, {}, kFields, rename},
    {"PATCH", "organizations/{organization}/teams/{team}", kUser, {}, BodyKind::Ignored, refuse},
    {"DELETE", "organizations/{organization}/teams/{team}", kUser, {}, kNone, remove},
    {"GET", "organizations/{organization}/teams/{team}/members", kUser, {}, kNone, list_members_of},
    {"POST",
     "organizations/{organization}/teams/{team}/members",
     kUser,
     {},
     kFields,
     add_member_to},
    {"DELETE",
     "organizations/{organization}/teams/{team}/members/{username}",
     kUser,
     {},
     kNone,
     remove_member_from},
    // The same under the name that one release had.
    {"GET", "organizations/{organization}/team", kUser, {}, kNone, list},
    {"POST", "organizations/{organization}/team", kUser, {}, kFields, create},
    {"GET", "organizations/{organization}/team/{team}", kUser, {}, kNone, get},
    {"PUT", "organizations/{organization}/team/{team}", kUser, {}, kFields, rename},
    {"PATCH", "organizations/{organization}/team/{team}", kUser, {}, BodyKind::Ignored, refuse},
    {"DELETE", "organizations/{organization}/team/{team}", kUser, {}, kNone, remove},
    {"GET", "organizations/{organization}/team/{team}/members", kUser, {}, kNone, list_members_of},
    {"POST", "organizations/{organization}/team/{team}/members", kUser, {}, kFields, add_member_to},
    {"DELETE",
     "organizations/{organization}/team/{team}/members/{username}",
     kUser,
     {},
     kNone,
     remove_member_from},
};

}  // namespace

std::span<const Route> team_routes() { return kRoutes; }

}  // namespace qfcsync::server
