#include "domain/names.hpp"
#include "domain/subscriptions.hpp"
#include "domain/version_places.hpp"
#include "http/fields.hpp"
#include "routes/route_table.hpp"
#include "routes/seeds.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

std::string projects_json(const std::vector<ProjectRecord>& projects) {
  constexpr std::size_t kUsualSize = 1000;
  std::string list = "[";
  list.reserve(projects.size() * kUsualSize);
  for (const ProjectRecord& project : projects) {
    if (list.size() > 1) list += ',';
    append_project(list, project);
  }
  return list + "]";
}

Response list_response_of(Call& call, ProjectFilter filter) {
  const Page page = page_of(call.request);
  filter.limit = page.limit;
  filter.offset = page.offset;
  filter.ordering = call.request.query.get("ordering").value_or("");
  const ProjectPage found = call.services.db.read(
      [&](Connection& db) { return list_projects(db, call.user_id(), filter); });
  return list_response(call.request, page, found.total, projects_json(found.projects));
}

/// `include_public` (strict) wins over `include-public` (anything but "1" means no).
bool includes_public(const Request& request) {
  const std::string strict = request.query.get("include_public").value_or("");
  if (strict.empty()) return request.query.get("include-public") == "1";
  if (strict != "0" && strict != "1") {
    throw errors::api_error(400).with_detail("include_public must be 0 or 1");
  }
  return strict == "1";
}

Response list(Call& call) {
  ProjectFilter filter;
  filter.include_public = includes_public(call.request);
  filter.owner = call.request.query.get("owner").value_or("");
  filter.name = call.request.query.get("name").value_or("");
  filter.search = call.request.query.get("search").value_or("");
  return list_response_of(call, filter);
}

Response list_public(Call& call) {
  ProjectFilter filter;
  filter.only_public = true;
  return list_response_of(call, filter);
}

std::optional<std::int64_t> owner_of(Call& call) {
  const auto owner = field_string(call.fields, "owner");
  if (!owner) return std::nullopt;
  const auto user = call.services.accounts.find(*owner);
  if (!user) throw errors::object_not_found();
  if (user->type == kTeam) throw errors::api_error(400).with_detail("a team owns no projects");
  return user->id;
}

ProjectChange change_of(Call& call) {
  ProjectChange change;
  change.name = field_string(call.fields, "name");
  if (change.name) {
    if (const auto reason = invalid_project_name(*change.name)) {
      throw errors::api_error(400).with_detail(*reason);
    }
  }
  change.owner_id = owner_of(call);
  change.description = field_string(call.fields, "description");
  change.type = field_string(call.fields, "project_type");
  if (change.type && *change.type != "regular" && *change.type != "template") {
    throw errors::api_error(400).with_detail("project_type must be regular or template");
  }
  change.is_public = field_bool(call.fields, "is_public");
  if (const auto is_private = field_bool(call.fields, "private")) change.is_public = !*is_private;
  change.is_featured = field_bool(call.fields, "is_featured");
  change.is_attachment_download_on_demand =
      field_bool(call.fields, "is_attachment_download_on_demand");
  change.has_restricted_projectfiles = field_bool(call.fields, "has_restricted_projectfiles");
  change.overwrite_conflicts = field_bool(call.fields, "overwrite_conflicts");
  return change;
}

Response answer(Call& call, unsigned status, const std::string& id) {
  const auto project =
      call.services.db.read([&](Connection& db) { return find_project(db, id, call.user_id()); });
  if (!project) throw errors::object_not_found();
  return json_response(status, project_json(*project));
}

Response create(Call& call) {
  ProjectChange wanted = change_of(call);
  if (!wanted.name) throw errors::api_error(400).with_detail("name is required");
  const auto seed = requested_seed(call, wanted);
  const std::string id = create_seeded_project(call, wanted, seed);
  if (seed) call.services.wake_jobs();
  return answer(call, 201, id);
}

Response get(Call& call) {
  json document = project_json(*call.project);
  document["file_stored_bytes"] =
      call.services.db.read([&](Connection& db) { return stored_bytes(db, call.project->id); });
  return json_response(200, document);
}

Response change(Call& call) {
  const ProjectChange wanted = change_of(call);
  if (call.request.method == "PUT" && !wanted.name) {
    throw errors::api_error(400).with_detail("name is required");
  }
  call.services.db.write([&](Connection& db) {
    const auto current = find_project(db, call.project->id, call.user_id());
    if (!current) throw errors::object_not_found();
    if (!allowed(current->role, Action::ProjectUpdate)) throw errors::permission_denied();
    update_project(db, *current, wanted);
    if (wanted.owner_id.value_or(current->owner_id) != current->owner_id) {
      require_storage(db, *wanted.owner_id, 0);
    }
  });
  return answer(call, 200, call.project->id);
}

Response remove(Call& call) {
  const auto lock = call.services.project_locks.lock(call.project->id);
  call.services.db.write([&](Connection& db) { delete_project(db, call.project->id); });
  call.services.wake_jobs();
  return Response::empty(204);
}

constexpr Route kRoutes[] = {
    {"GET", "projects", Access::User, {}, BodyKind::None, list},
    {"POST", "projects", Access::User, {}, BodyKind::Form, create},
    {"GET", "projects/public", Access::User, {}, BodyKind::None, list_public},
    {"GET", "projects/{project}", Access::User, Action::ProjectGet, BodyKind::None, get},
    {"PUT", "projects/{project}", Access::User, Action::ProjectUpdate, BodyKind::Fields, change},
    {"PATCH", "projects/{project}", Access::User, Action::ProjectUpdate, BodyKind::Fields, change},
    {"DELETE", "projects/{project}", Access::User, Action::ProjectDelete, BodyKind::None, remove},
};

}  // namespace

std::span<const Route> project_routes() { return kRoutes; }

}  // namespace qfcsync::server
