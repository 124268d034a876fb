#include <qfcsync/error.hpp>

#include "http/fields.hpp"
#include "routes/route_table.hpp"
#include "routes/user_json.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace qfcsync::server {
namespace {

using nlohmann::json;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool flag(const Request& request, std::string_view name) {
  const std::string value = request.query.get(name).value_or("0");
  if (value.empty() || value == "0") return false;
  if (value == "1") return true;
  throw errors::api_error(400).with_detail(std::string(name) + " must be 0 or 1");
}

/// Accounts that the filter `project` takes out: owner and collaborators.
std::set<std::int64_t> members_of_project(Call& call, const std::string& project_id) {
  const auto ids = call.services.db.read([&](Connection& db) {
    return db.all(
        "SELECT owner_id FROM project WHERE id = ?1 UNION "
        "SELECT user_id FROM collaborator WHERE project_id = ?1",
        {project_id}, [](const Row& row) { return row.integer(0); });
  });
  return {ids.begin(), ids.end()};
}

bool is_listed(Call& call, const User& user, const std::optional<std::set<std::int64_t>>& members) {
  if (members && members->contains(user.id) != flag(call.request, "invert")) return false;
  if (user.type == 2 && flag(call.request, "exclude_organizations")) return false;
  return user.type != 3 || !flag(call.request, "exclude_teams");
}

Response list_users(Call& call) {
  const std::string text = lower(call.request.query.get("q").value_or(""));
  const auto project = call.request.query.get("project");
  const auto organization = call.request.query.get("organization");
  if (organization && !organization->empty()) {
    if (project)
      throw errors::api_error(400).with_detail("project and organization exclude each other");
    const auto account = call.services.accounts.find(*organization);
    if (!account || account->type != 2) throw errors::object_not_found();
  }
  std::optional<std::set<std::int64_t>> members;
  if (project) {
    auto found = members_of_project(call, *project);
    if (!found.empty()) members = std::move(found);  // an unknown project filters nothing
  }
  std::vector<std::pair<std::size_t, User>> matches;
  for (User& user : call.services.accounts.list()) {
    const auto place = lower(user.username).find(text);
    if (place == std::string::npos || !is_listed(call, user, members)) continue;
    matches.emplace_back(place, std::move(user));
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  json all = json::array();
  for (const auto& [place, user] : matches) all.push_back(public_user_json(call, user));
  return list_response(call.request, all);
}

std::string required(const json& fields, std::string_view name) {
  auto value = field_string(fields, name);
  if (!value || value->empty()) {
    throw errors::api_error(400).with_detail(std::string(name) + " is required");
  }
  return *value;
}

/// Rules that an account breaks are errors of the request here.
template <class Work>
User as_api_error(Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    const bool is_users_fault =
        error.code() == ErrorCode::InvalidArgument || error.code() == ErrorCode::AlreadyExists;
    if (is_users_fault) throw errors::api_error(400).with_detail(error.what());
    throw;
  }
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
  return json_response(201, public_user_json(call, user));
}

Response get_user(Call& call) {
  const auto user = call.services.accounts.find(call.param("username"));
  if (!user) throw errors::permission_denied();
  if (user->id == call.user_id()) return json_response(200, complete_user_json(call, *user));
  return json_response(200, public_user_json(call, *user));
}

Response change_user(Call& call) {
  if (call.param("username") != call.principal->username) throw errors::permission_denied();
  UserChange change;
  change.username = field_string(call.fields, "username");
  change.email = field_string(call.fields, "email");
  change.first_name = field_string(call.fields, "first_name");
  change.last_name = field_string(call.fields, "last_name");
  const User user =
      as_api_error([&] { return call.services.accounts.update(call.user_id(), change); });
  return json_response(200, complete_user_json(call, user));
}

Response list_organizations(Call& call) {
  if (call.param("username") != call.principal->username) throw errors::permission_denied();
  return json_response(200, json::array());
}

constexpr Route kRoutes[] = {
    {"GET", "users", Access::User, {}, BodyKind::None, list_users},
    {"POST", "users", Access::User, {}, BodyKind::Fields, create_user},
    {"GET", "users/{username}", Access::User, {}, BodyKind::None, get_user},
    {"PUT", "users/{username}", Access::User, {}, BodyKind::Fields, change_user},
    {"PATCH", "users/{username}", Access::User, {}, BodyKind::Fields, change_user},
    {"GET", "users/{username}/organizations", Access::User, {}, BodyKind::None, list_organizations},
};

}  // namespace

std::span<const Route> user_routes() { return kRoutes; }

}  // namespace qfcsync::server
