// What a person sees of the own account: tokens and password.

#include <qfcsync/error.hpp>

#include "domain/timestamp.hpp"
#include "http/fields.hpp"
#include "pages/html.hpp"
#include "pages/page_routes.hpp"

#include <charconv>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

std::string token_row(const TokenInfo& token, std::string_view form_token) {
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      to_iso(token.created_at), token.last_used_at ? to_iso(*token.last_used_at) : "never",
      to_iso(token.expires_at), escaped(token.client_type), escaped(token.user_agent),
      form(fmt::format("/accounts/tokens/{}/revoke/", token.id), form_token, "", "Revoke"));
}

Response show_tokens(Call& call) {
  if (!call.principal) return redirect_to_login(call.request);
  const std::string form_token = form_token_of(call.request);
  const auto tokens = call.services.accounts.tokens(call.user_id());
  std::string body =
      "<p>Programs that may act in your name. Who loses a device revokes its token here.</p>\n"
      "<table><tr><th>Created</th><th>Last used</th><th>Ends</th><th>Client</th>"
      "<th>User agent</th><th></th></tr>\n";
  for (const TokenInfo& token : tokens) body += token_row(token, form_token);
  body += tokens.empty() ? "<tr><td colspan=\"6\">None.</td></tr></table>\n" : "</table>\n";
  body += "<p><a href=\"/accounts/password/change/\">Change the password</a></p>\n";
  return page_response(call, {200, "Tokens", body, form_token});
}

Response revoke(Call& call) {
  if (!call.principal) return redirect("/accounts/login/?next=/accounts/tokens/");
  const std::string& text = call.param("id");
  std::int64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (!is_number || !call.services.accounts.revoke_token(call.user_id(), id)) {
    throw errors::object_not_found();
  }
  return redirect("/accounts/tokens/");
}

Response password_form(const Call& call, std::string_view error) {
  const std::string token = form_token_of(call.request);
  const std::string inside = input("Old password", "password", "oldpassword", "current-password") +
                             input("New password", "password", "password1", "new-password") +
                             input("New password, again", "password", "password2", "new-password");
  return page_response(call, {200, "Change the password",
                              (error.empty() ? "" : error_paragraph(error)) +
                                  "<p>All tokens and all other browsers are signed out.</p>\n" +
                                  form("/accounts/password/change/", token, inside, "Change"),
                              token});
}

Response show_password(Call& call) {
  if (!call.principal) return redirect_to_login(call.request);
  return password_form(call, "");
}

Response change_password(Call& call) {
  if (!call.principal) return redirect_to_login(call.request);
  const std::string wanted = field_string(call.fields, "password1").value_or("");
  if (wanted != field_string(call.fields, "password2").value_or("")) {
    return password_form(call, "The two new passwords are not the same.");
  }
  try {
    const auto old = field_string(call.fields, "oldpassword").value_or("");
    const LoginFailure failure = call.services.accounts.change_password(
        *call.principal, old, wanted, call.request.remote_address);
    if (failure == LoginFailure::LockedOut) {
      return password_form(call, "Too many failed attempts! Try again in half an hour.");
    }
    if (failure != LoginFailure::None) return password_form(call, "The old password is wrong.");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidArgument) throw;
    return password_form(call, error.what());
  }
  return redirect("/accounts/tokens/");
}

constexpr Route kRoutes[] = {
    {"GET", "accounts/tokens", Access::Page, {}, BodyKind::None, show_tokens},
    {"POST", "accounts/tokens/{id}/revoke", Access::Page, {}, BodyKind::Fields, revoke},
    {"GET", "accounts/password/change", Access::Page, {}, BodyKind::None, show_password},
    {"POST", "accounts/password/change", Access::Page, {}, BodyKind::Fields, change_password},
};

}  // namespace

std::span<const Route> account_page_routes() { return kRoutes; }

}  // namespace qfcsync::server
