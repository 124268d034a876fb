// What QFieldCloud does not offer over REST: the caller's tokens, and a new password.

#include <qfcsync/error.hpp>

#include "domain/timestamp.hpp"
#include "http/fields.hpp"
#include "routes/route_table.hpp"

#include <charconv>

namespace qfcsync::server {
namespace {

using nlohmann::json;

json token_json(const TokenInfo& token, const Principal& caller) {
  const json used = token.last_used_at ? json(to_iso(*token.last_used_at)) : json(nullptr);
  return {{"id", token.id},
          {"client_type", token.client_type},
          {"user_agent", token.user_agent},
          {"created_at", to_iso(token.created_at)},
          {"expires_at", to_iso(token.expires_at)},
          {"last_used_at", used},
          {"is_current", token.id == caller.token_id}};
}

Response list(Call& call) {
  json tokens = json::array();
  for (const TokenInfo& token : call.services.accounts.tokens(call.user_id())) {
    tokens.push_back(token_json(token, *call.principal));
  }
  return list_response(call.request, tokens);
}

Response revoke(Call& call) {
  const std::string& text = call.param("id");
  std::int64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw errors::validation_error();
  }
  if (!call.services.accounts.revoke_token(call.user_id(), id)) throw errors::object_not_found();
  return Response::empty(204);
}

Response change_password(Call& call) {
  const auto old_password = field_string(call.fields, "old_password");
  const auto new_password = field_string(call.fields, "new_password");
  if (!old_password || !new_password) {
    throw errors::api_error(400).with_detail("old_password and new_password are required");
  }
  try {
    const LoginFailure failure = call.services.accounts.change_password(
        *call.principal, *old_password, *new_password, call.request.remote_address);
    // Not 401: clients would take their token for ended.
    if (failure == LoginFailure::LockedOut) {
      throw errors::permission_denied().with_detail("too many failed attempts");
    }
    if (failure != LoginFailure::None) {
      throw errors::permission_denied().with_detail("the old password is wrong");
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidArgument) throw;
    throw errors::validation_error().with_detail(error.what());
  }
  return json_response(200, {{"detail", "The password was changed."}});
}

constexpr Route kRoutes[] = {
    {"GET", "tokens", Access::User, {}, BodyKind::None, list},
    {"DELETE", "tokens/{id}", Access::User, {}, BodyKind::None, revoke},
    {"POST", "auth/password", Access::User, {}, BodyKind::Fields, change_password},
};

}  // namespace

std::span<const Route> token_routes() { return kRoutes; }

}  // namespace qfcsync::server
