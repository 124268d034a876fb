#include "routes/providers.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

Response providers(Call& call) { return json_response(200, providers_json(call)); }

json signup_url(const Call& call) {
  if (!call.services.config.signup_enabled) return nullptr;
  return call.request.origin() + "/accounts/signup/";
}

Response info(Call& call) {
  const std::string icon = call.request.origin() + "/static/qfcsync.svg";
  return json_response(200, {{"whitelabel",
                              {{"site_title", call.services.config.site_title},
                               {"logo_navbar", icon},
                               {"logo_main", icon},
                               {"favicon", icon}}},
                             {"auth_providers", providers_json(call)},
                             {"signup_url", signup_url(call)}});
}

bool is_database_healthy(Services& services) {
  try {
    return services.db.read([](Connection& db) { return db.integer("SELECT 1", {}) == 1; });
  } catch (const Error&) {
    return false;
  }
}

Response status(Call& call) {
  return json_response(200, {{"database", is_database_healthy(call.services) ? "ok" : "error"},
                             {"storage", call.services.store->is_healthy() ? "ok" : "error"},
                             {"status_page_url", nullptr},
                             {"incident_message", nullptr},
                             {"incident_timestamp_utc", nullptr},
                             {"maintenance_message", nullptr},
                             {"maintenance_start_timestamp_utc", nullptr},
                             {"maintenance_end_timestamp_utc", nullptr}});
}

constexpr Route kRoutes[] = {
    {"GET", "auth/providers", Access::Anyone, {}, BodyKind::None, providers},
    {"GET", "server/info", Access::Anyone, {}, BodyKind::None, info},
    {"GET", "status", Access::Anyone, {}, BodyKind::None, status},
};

}  // namespace

std::span<const Route> server_routes() { return kRoutes; }

}  // namespace qfcsync::server
