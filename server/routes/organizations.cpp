#include "domain/organizations.hpp"

#include "domain/members.hpp"
#include "http/fields.hpp"
#include "routes/organization_call.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

MemberChange change_of(const Call& call) {
  MemberChange change;
  if (const auto role = field_string(call.fields, "role")) {
    change.role = member_role_of(*role);
    if (!change.role) {
      throw errors::api_error(400).with_detail("role must be admin, creator or member");
    }
  }
  change.is_public = field_bool(call.fields, "is_public");
  return change;
}

/// @errors ApiError object_not_found
Member require_member(Connection& db, const Organization& organization,
                      const std::string& username) {
  auto found = list_members(db, organization.id, username);
  if (found.empty()) throw errors::object_not_found();
  return std::move(found.front());
}

Response list(Call& call) {
  const auto members = call.services.db.read(
      [&](Connection& db) { return list_members(db, require_organization(db, call).id); });
  json all = json::array();
  for (const Member& member : members) all.push_back(member_json(member));
  return list_response(call.request, all);
}

Response add(Call& call) {
  const auto member = call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    const auto username = field_string(call.fields, "member");
    if (!username) throw errors::api_error(400).with_detail("member is required");
    const MemberChange values = change_of(call);
    const auto user = find_user(db, *username);
    if (!user) throw errors::object_not_found();
    add_member(db, organization, user->id, values, call.user_id());
    return require_member(db, organization, user->username);
  });
  return json_response(201, member_json(member));
}

Response get(Call& call) {
  const auto member = call.services.db.read([&](Connection& db) {
    return require_member(db, require_organization(db, call), call.param("username"));
  });
  return json_response(200, member_json(member));
}

Response change(Call& call) {
  const auto member = call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    const Member current = require_member(db, organization, call.param("username"));
    change_member(db, organization, current, change_of(call), call.user_id());
    return require_member(db, organization, current.username);
  });
  return json_response(200, member_json(member));
}

Response remove(Call& call) {
  call.services.db.write([&](Connection& db) {
    const Organization organization = require_managed_organization(db, call);
    remove_member(db, organization, require_member(db, organization, call.param("username")));
  });
  return Response::empty(204);
}

// --- Creating and deleting them, for staff: an addition to QFieldCloud's routes.

Response create_organization(Call& call) {
  if (!call.principal->is_staff) throw errors::permission_denied();
  NewOrganization wanted;
  wanted.username = field_string(call.fields, "username").value_or("");
  wanted.owner = field_string(call.fields, "owner").value_or(call.principal->username);
  wanted.email = field_string(call.fields, "email").value_or("");
  wanted.default_project_role = field_string(call.fields, "default_project_role");
  if (wanted.default_project_role == "") wanted.default_project_role.reset();
  return json_response(201, call.services.db.write([&](Connection& db) {
    const Organization organization =
        as_api_error([&] { return server::create_organization(db, wanted); });
    return organization_json(db, organization, organization.owner_id);
  }));
}

Response delete_organization(Call& call) {
  if (!call.principal->is_staff) throw errors::permission_denied();
  const bool with_projects = call.request.query.get("with_projects") == "1";
  call.services.db.write([&](Connection& db) {
    const auto organization = find_organization(db, call.param("organization"));
    if (!organization) throw errors::object_not_found();
    server::delete_organization(db, *organization,
                                with_projects ? OwnedProjects::Delete : OwnedProjects::Refuse);
  });
  call.services.wake_jobs();
  return Response::empty(204);
}

constexpr Route kRoutes[] = {
    {"GET", "members/{organization}", Access::User, {}, BodyKind::None, list},
    {"POST", "members/{organization}", Access::User, {}, BodyKind::Fields, add},
    {"GET", "members/{organization}/{username}", Access::User, {}, BodyKind::None, get},
    {"PUT", "members/{organization}/{username}", Access::User, {}, BodyKind::Fields, change},
    {"PATCH", "members/{organization}/{username}", Access::User, {}, BodyKind::Fields, change},
    {"DELETE", "members/{organization}/{username}", Access::User, {}, BodyKind::None, remove},
    {"POST", "admin/organizations", Access::User, {}, BodyKind::Fields, create_organization},
    {"DELETE",
     "admin/organizations/{organization}",
     Access::User,
     {},
     BodyKind::None,
     delete_organization},
};

}  // namespace

std::span<const Route> organization_routes() { return kRoutes; }

}  // namespace qfcsync::server
