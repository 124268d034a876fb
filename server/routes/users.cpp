#include "domain/organizations.hpp"
#include "http/fields.hpp"
#include "routes/organization_call.hpp"
#include "routes/route_table.hpp"
#include "routes/user_json.hpp"

#include <charconv>

namespace qfcsync::server {
namespace {

using nlohmann::json;

bool flag(const Request& request, std::string_view name) {
  const std::string value = request.query.get(name).value_or("0");
  if (value.empty() || value == "0") return false;
  if (value == "1") return true;
  throw errors::api_error(400).with_detail(std::string(name) + " must be 0 or 1");
}

/// The id of the organization that the filter names. @errors ApiError object_not_found
std::optional<std::int64_t> organization_filter(Connection& db, const Request& request) {
  const auto name = request.query.get("organization");
  if (!name || name->empty()) return std::nullopt;
  const auto organization = find_organization(db, *name);
  if (!organization) throw errors::object_not_found();
  return organization->id;
}

/// An unknown project filters nothing.
std::optional<std::string> project_filter(Connection& db, const Request& request) {
  auto id = request.query.get("project");
  if (!id || !db.integer("SELECT 1 FROM project WHERE id = ?", {*id})) return std::nullopt;
  return id;
}

std::optional<std::int64_t> team_filter(const Request& request) {
  const std::string text = request.query.get("exclude_members_of_team").value_or("");
  if (text.empty()) return std::nullopt;
  std::int64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw errors::api_error(400).with_detail("exclude_members_of_team must be a number");
  }
  return id;
}

UserFilter filter_of(Connection& db, const Request& request) {
  UserFilter filter;
  filter.text = request.query.get("q").value_or("");
  filter.organization_id = organization_filter(db, request);
  if (filter.organization_id && request.query.get("project").value_or("") != "") {
    throw errors::api_error(400).with_detail("project and organization exclude each other");
  }
  filter.project_id = project_filter(db, request);
  filter.exclude_members_of_team = team_filter(request);
  filter.exclude_organizations = flag(request, "exclude_organizations");
  filter.exclude_teams = flag(request, "exclude_teams");
  filter.is_inverted = flag(request, "invert");
  return filter;
}

Response list(Call& call) {
  const Page page = page_of(call.request);
  const UserPage found = call.services.db.read([&](Connection& db) {
    UserFilter filter = filter_of(db, call.request);
    filter.limit = page.limit;
    filter.offset = page.offset;
    return list_users(db, filter);
  });
  json all = json::array();
  for (const User& user : found.users) all.push_back(public_user_json(call, user));
  return list_response(call.request, page, found.total, all.dump());
}

std::string required(const json& fields, std::string_view name) {
  auto value = field_string(fields, name);
  if (!value || value->empty()) {
    throw errors::api_error(400).with_detail(std::string(name) + " is required");
  }
  return *value;
}

Response create_user(Call& call) {
  if (!call.principal->is_staff) throw errors::permission_denied();
  NewUser wanted;
  wanted.username = required(call.fields, "username");
  wanted.password = required(call.fields, "password");
  wanted.email = required(call.fields, "email");
  wanted.first_name = field_string(call.fields, "first_name").value_or("");
  wanted.last_name = field_string(call.fields, "last_name").value_or("");
  const User user = as_api_error([&] { return call.services.accounts.create(wanted); });
  call.services.db.write([&](Connection& db) {  // that is for the person to do
    db.run("UPDATE user SET has_accepted_terms = 0 WHERE id = ?", {user.id});
  });
  return json_response(201, public_user_json(call, user));
}

Response get_user(Call& call) {
  const json document = call.services.db.read([&](Connection& db) {
    const auto user = find_user(db, call.param("username"));
    if (!user) throw errors::permission_denied();
    if (user->id == call.user_id()) return complete_user_json(call, *user);
    const auto organization = find_organization(db, user->username);
    if (!organization) return public_user_json(call, *user);
    if (!belongs_to_organization(db, call.user_id(), organization->id)) {
      throw errors::object_not_found();
    }
    return organization_json(db, *organization, call.user_id());
  });
  return json_response(200, document);
}

/// Oneself, or an organization that one manages. @errors ApiError permission_denied
std::int64_t changeable_account(Call& call) {
  if (call.param("username") == call.principal->username) return call.user_id();
  return call.services.db.read([&](Connection& db) {
    const auto organization = find_organization(db, call.param("username"));
    if (!organization || !may_manage(find_organization_role(db, *organization, call.user_id()))) {
      throw errors::permission_denied();
    }
    return organization->id;
  });
}

Response change_user(Call& call) {
  const std::int64_t id = changeable_account(call);
  UserChange change;
  change.username = field_string(call.fields, "username");
  change.email = field_string(call.fields, "email");
  change.first_name = field_string(call.fields, "first_name");
  change.last_name = field_string(call.fields, "last_name");
  const User user = as_api_error([&] { return call.services.accounts.update(id, change); });
  return json_response(200, complete_user_json(call, user));
}

Response list_own_organizations(Call& call) {
  if (call.param("username") != call.principal->username) throw errors::permission_denied();
  return json_response(200, call.services.db.read([&](Connection& db) {
    json all = json::array();
    for (const Organization& organization : list_organizations(db, call.user_id())) {
      all.push_back(organization_json(db, organization, call.user_id()));
    }
    return all;
  }));
}

constexpr Route kRoutes[] = {
    {"GET", "users", Access::User, {}, BodyKind::None, list},
    {"POST", "users", Access::User, {}, BodyKind::Fields, create_user},
    {"GET", "users/{username}", Access::User, {}, BodyKind::None, get_user},
    {"PUT", "users/{username}", Access::User, {}, BodyKind::Fields, change_user},
    {"PATCH", "users/{username}", Access::User, {}, BodyKind::Fields, change_user},
    {"GET",
     "users/{username}/organizations",
     Access::User,
     {},
     BodyKind::None,
     list_own_organizations},
};

}  // namespace

std::span<const Route> user_routes() { return kRoutes; }

}  // namespace qfcsync::server
