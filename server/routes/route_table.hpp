#pragma once

#include "routes/call.hpp"

#include <span>
#include <vector>

namespace qfcsync::server {

/// Who may call a route.
enum class Access {
  Anyone,    ///< credentials are not looked at
  Optional,  ///< credentials are used if they are valid
  User,      ///< 401 without valid credentials
  Page,      ///< for people: a browser session if there is one; forms carry the CSRF token
};

/// What the route expects as body.
enum class BodyKind {
  None,
  Ignored,       ///< read and thrown away
  Fields,        ///< JSON, form or multipart texts -> Call::fields
  Form,          ///< the same, and its files -> Call::files
  FileToStore,   ///< multipart part `file` -> Call::upload.content
  FileToMemory,  ///< multipart part `file` -> Call::upload.text
};

/// One method of one path.
///
/// Pattern segments: a word; `{name}` any text; `{name:uuid}` only a UUID; `{name:path}` the rest.
/// With an action, the parameter `project` names the project: it is loaded and the caller's role
/// is checked before the body is read.
struct Route {
  std::string_view method;
  std::string_view pattern;  ///< below /api/v1/
  Access access = Access::User;
  std::optional<Action> action;
  BodyKind body = BodyKind::None;
  Handler handler = nullptr;
};

std::span<const Route> auth_routes();
std::span<const Route> token_routes();
std::span<const Route> server_routes();
std::span<const Route> user_routes();
std::span<const Route> organization_routes();
std::span<const Route> team_routes();
std::span<const Route> subscription_routes();
std::span<const Route> project_routes();
std::span<const Route> collaborator_routes();
std::span<const Route> file_routes();
std::span<const Route> seed_routes();
std::span<const Route> legacy_routes();
std::span<const Route> picture_routes();
std::span<const Route> package_routes();
std::span<const Route> job_routes();
std::span<const Route> delta_routes();

/// All routes below /api/v1/, those first that win.
std::vector<std::span<const Route>> api_routes();

/// Finds the route of a request, authenticates, authorizes, and runs it or takes its body.
Dispatch dispatch(Services& services, const Request& request);

}  // namespace qfcsync::server
