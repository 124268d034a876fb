#include "domain/names.hpp"
#include "http/fields.hpp"
#include "routes/route_table.hpp"
#include "routes/user_json.hpp"

namespace qfcsync::server {
namespace {

using nlohmann::json;

ApiError login_error(LoginFailure failure) {
  return failure == LoginFailure::LockedOut ? errors::too_many_failed_login_attempts()
                                            : errors::authentication_failed();
}

Response login(Call& call) {
  LoginRequest request;
  request.username = field_string(call.fields, "username").value_or("");
  request.email = field_string(call.fields, "email").value_or("");
  request.password = field_string(call.fields, "password").value_or("");
  request.user_agent = call.request.header("User-Agent");
  request.remote_address = call.request.remote_address;
  if (request.password.empty()) throw errors::api_error(400).with_detail("password is required");
  if (!request.email.empty() && invalid_email(request.email)) {
    throw errors::api_error(400).with_detail("email is no e-mail address");
  }
  const bool has_name = !request.username.empty() || !request.email.empty();
  if (!has_name || !call.services.config.password_login_enabled) {
    throw errors::authentication_failed();
  }
  const auto result = call.services.accounts.login(request);
  if (!result.session) throw login_error(result.failure);
  json document = complete_user_json(call, result.session->user);
  document["type"] = std::to_string(document["type"].get<int>());
  document["token"] = result.session->token;
  document["expires_at"] = to_iso(result.session->expires_at);
  return json_response(200, document);
}

/// A link on any page makes a browser send a GET with its session; that must end nothing.
bool is_forgeable(const Call& call) {
  return call.principal->session_id != 0 && call.request.method != "POST";
}

Response logout(Call& call) {
  if (call.principal && !is_forgeable(call)) call.services.accounts.logout(call.user_id());
  return json_response(200, {{"detail", "Successfully logged out."}});
}

Response current_user(Call& call) {
  const auto user = call.services.accounts.find(call.principal->username);
  if (!user) throw errors::token_authentication_failed();
  return json_response(200, complete_user_json(call, *user));
}

/// Mails are not sent; web pages of QFieldCloud expect to be sent on.
Response resend_confirmation(Call&) {
  Response response = Response::empty(302);
  response.headers = {{"Location", "/accounts/login/"}};
  return response;
}

constexpr Route kRoutes[] = {
    {"POST", "auth/login", Access::Anyone, {}, BodyKind::Fields, login},
    {"POST", "auth/token", Access::Anyone, {}, BodyKind::Fields, login},
    {"POST", "auth/logout", Access::Optional, {}, BodyKind::Ignored, logout},
    {"GET", "auth/logout", Access::Optional, {}, BodyKind::None, logout},
    {"GET", "auth/user", Access::User, {}, BodyKind::None, current_user},
    {"POST", "resend-confirmation", Access::Anyone, {}, BodyKind::Ignored, resend_confirmation},
};

}  // namespace

std::span<const Route> auth_routes() { return kRoutes; }

}  // namespace qfcsync::server
