#include "domain/subscriptions.hpp"

#include "domain/organizations.hpp"
#include "routes/route_table.hpp"

namespace qfcsync::server {
namespace {

/// The account whose subscription may be seen: one's own, or that of an organization one is in.
std::int64_t visible_account(Connection& db, const Call& call) {
  const auto account = find_user(db, call.param("username"));
  if (!account) throw errors::permission_denied();
  const bool is_visible =
      account->id == call.user_id() || belongs_to_organization(db, call.user_id(), account->id);
  if (!is_visible) throw errors::permission_denied();
  return account->id;
}

Response current(Call& call) {
  auto subscription = call.services.db.read(
      [&](Connection& db) { return find_subscription(db, visible_account(db, call)); });
  if (subscription.id.empty()) {
    subscription = call.services.db.write(
        [&](Connection& db) { return ensure_subscription(db, visible_account(db, call)); });
  }
  return json_response(200, subscription_json(subscription));
}

constexpr Route kRoutes[] = {
    {"GET", "subscriptions/{username}/current", Access::User, {}, BodyKind::None, current},
};

}  // namespace

std::span<const Route> subscription_routes() { return kRoutes; }

}  // namespace qfcsync::server
