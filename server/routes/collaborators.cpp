#include "domain/collaborators.hpp"

#include "http/fields.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

std::string role_field(Call& call, std::string fallback) {
  const std::string role = field_string(call.fields, "role").value_or(std::move(fallback));
  const auto known = role_of(role);
  if (!known || *known == Role::None) {
    throw errors::api_error(400).with_detail(
        "role must be admin, manager, editor, reporter or reader");
  }
  return role;
}

CollaboratorRecord find(Call& call, const std::string& username) {
  const auto found = call.services.db.read(
      [&](Connection& db) { return list_collaborators(db, call.project->id, username); });
  if (found.empty()) throw errors::object_not_found();
  return found.front();
}

Response list(Call& call) {
  const auto all = call.services.db.read(
      [&](Connection& db) { return list_collaborators(db, call.project->id); });
  json documents = json::array();
  for (const CollaboratorRecord& record : all) documents.push_back(collaborator_json(record));
  return list_response(call.request, documents);
}

Response add(Call& call) {
  const auto username = field_string(call.fields, "collaborator");
  const std::string role = role_field(call, "reader");
  const auto user = call.services.accounts.find(username.value_or(""));
  if (!user || user->type == kOrganization) {
    throw errors::api_error(400).with_detail("collaborator must name a person or a team");
  }
  call.services.db.write([&](Connection& db) {
    const auto project = find_project(db, call.project->id, call.user_id());
    if (!project) throw errors::object_not_found();
    require_possible_collaborator(db, *project, *user);
    add_collaborator(db, project->id, user->id, role, call.user_id());
  });
  return json_response(201, collaborator_json(find(call, user->username)));
}

Response get(Call& call) {
  return json_response(200, collaborator_json(find(call, call.param("username"))));
}

Response change(Call& call) {
  const CollaboratorRecord current = find(call, call.param("username"));
  const std::string role = role_field(call, current.role);
  call.services.db.write([&](Connection& db) {
    change_collaborator(db, call.project->id, current.username, role, call.user_id());
  });
  return json_response(200, collaborator_json(find(call, current.username)));
}

Response remove(Call& call) {
  const bool removed = call.services.db.write([&](Connection& db) {
    return remove_collaborator(db, call.project->id, call.param("username"));
  });
  if (!removed) throw errors::object_not_found();
  return Response::empty(204);
}

constexpr auto kAction = Action::CollaboratorManage;
constexpr Route kRoutes[] = {
    {"GET", "collaborators/{project:uuid}", Access::User, kAction, BodyKind::None, list},
    {"POST", "collaborators/{project:uuid}", Access::User, kAction, BodyKind::Fields, add},
    {"GET", "collaborators/{project:uuid}/{username:path}", Access::User, kAction, BodyKind::None,
     get},
    {"PUT", "collaborators/{project:uuid}/{username:path}", Access::User, kAction, BodyKind::Fields,
     change},
    {"PATCH", "collaborators/{project:uuid}/{username:path}", Access::User, kAction,
     BodyKind::Fields, change},
    {"DELETE", "collaborators/{project:uuid}/{username:path}", Access::User, kAction,
     BodyKind::None, remove},
};

}  // namespace

std::span<const Route> collaborator_routes() { return kRoutes; }

}  // namespace qfcsync::server
