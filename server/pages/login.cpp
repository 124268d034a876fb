// Signing in and out, and making an account.

#include <qfcsync/error.hpp>

#include "domain/password_rules.hpp"
#include "domain/passwords.hpp"
#include "http/fields.hpp"
#include "pages/browser_cookies.hpp"
#include "pages/html.hpp"
#include "pages/page_routes.hpp"

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

Response login_form(const Call& call, std::string_view name, std::string_view next,
                    std::string_view error) {
  const std::string token = form_token_of(call.request);
  const std::string inside =
      input("User name or e-mail", "text", "login", "username", name) +
      input("Password", "password", "password", "current-password") +
      fmt::format("<input type=\"hidden\" name=\"next\" value=\"{}\">", escaped(next));
  std::string body = error.empty() ? "" : error_paragraph(error);
  body += form("/accounts/login/", token, inside, "Sign in");
  if (call.services.config.signup_enabled) {
    body += "<p><a href=\"/accounts/signup/\">Make an account</a></p>\n";
  }
  body += "<p><a href=\"/accounts/password/reset/\">I forgot my password</a></p>\n";
  return page_response(call, {200, "Sign in", body, token});
}

Response no_password_login(const Call& call) {
  return page_response(call, {403, "Sign in", "<p>Passwords are switched off here.</p>\n", ""});
}

Response show_login(Call& call) {
  const std::string next = own_path(call.request.query.get("next").value_or("/"));
  if (!call.services.config.password_login_enabled) return no_password_login(call);
  if (call.principal) return redirect(next);
  return login_form(call, "", next, "");
}

/// The way on for somebody who has just signed in; the form token is a new one from here on.
Response signed_in(const Call& call, std::string_view key, std::string next) {
  Response response = redirect(std::move(next));
  set_session_cookie(call.request, response, key);
  set_csrf_cookie(call.request, response, new_cookie_key());
  return response;
}

LoginRequest login_request(const Call& call) {
  LoginRequest request;
  request.username = field_string(call.fields, "login").value_or("");
  request.password = field_string(call.fields, "password").value_or("");
  request.user_agent = call.request.header("User-Agent");
  request.remote_address = call.request.remote_address;
  return request;
}

Response log_in(Call& call) {
  if (!call.services.config.password_login_enabled) return no_password_login(call);
  const LoginRequest request = login_request(call);
  const std::string next = own_path(field_string(call.fields, "next").value_or("/"));
  const BrowserLogin login = call.services.accounts.log_in_browser(request);
  switch (login.failure) {
    case LoginFailure::LockedOut:
      return page_response(call, {429, "Locked",
                                  "<p>Too many failed login attempts! Try again in half an hour, "
                                  "or let an administrator set a new password.</p>\n",
                                  ""});
    case LoginFailure::WrongCredentials:
      return login_form(call, request.username, next,
                        "The user name or e-mail address and the password do not belong together.");
    case LoginFailure::None:
      break;
  }
  if (call.principal) call.services.accounts.end_browser_session(call.principal->session_id);
  return signed_in(call, login.key, next);
}

Response show_logout(Call& call) {
  if (!call.principal) return redirect("/");
  const std::string token = form_token_of(call.request);
  return page_response(call, {200, "Sign out",
                              "<p>This browser will be signed out. Programs with a token of "
                              "yours go on.</p>\n" +
                                  form("/accounts/logout/", token, "", "Sign out"),
                              token});
}

Response log_out(Call& call) {
  if (call.principal) call.services.accounts.end_browser_session(call.principal->session_id);
  Response response = redirect("/");
  remove_session_cookie(call.request, response);
  return response;
}

Response show_reset(Call& call) {
  return page_response(
      call, {200, "Forgotten password",
             "<p>This server sends no mail. Ask whoever runs it to set a new password, with the "
             "command</p>\n<pre>qfcsync-server user passwd NAME --data FOLDER --password-stdin"
             "</pre>\n<p>It also opens an account that is locked after too many attempts and ends "
             "all its tokens and sessions.</p>\n",
             ""});
}

Response signup_form(const Call& call, const NewUser& typed, std::string_view error) {
  const std::string token = form_token_of(call.request);
  const std::string inside = input("User name", "text", "username", "username", typed.username) +
                             input("E-mail", "email", "email", "email", typed.email) +
                             input("Password", "password", "password1", "new-password") +
                             input("Password, again", "password", "password2", "new-password");
  return page_response(call, {200, "Make an account",
                              (error.empty() ? "" : error_paragraph(error)) +
                                  form("/accounts/signup/", token, inside, "Make the account"),
                              token});
}

Response show_signup(Call& call) {
  if (!call.services.config.signup_enabled) throw errors::object_not_found();
  return signup_form(call, {}, "");
}

Response sign_up(Call& call) {
  if (!call.services.config.signup_enabled) throw errors::object_not_found();
  NewUser wanted;
  wanted.username = field_string(call.fields, "username").value_or("");
  wanted.email = field_string(call.fields, "email").value_or("");
  wanted.password = field_string(call.fields, "password1").value_or("");
  if (wanted.password != field_string(call.fields, "password2").value_or("")) {
    return signup_form(call, wanted, "The two passwords are not the same.");
  }
  User described;
  described.username = wanted.username;
  described.email = wanted.email;
  if (const auto reason = weak_password(wanted.password, described)) {
    return signup_form(call, wanted, *reason);
  }
  if (wanted.email.empty()) return signup_form(call, wanted, "An e-mail address is needed.");
  try {
    const User user = call.services.accounts.create(wanted);
    const std::string agent(call.request.header("User-Agent"));
    return signed_in(call, call.services.accounts.start_browser_session(user.id, agent), "/");
  } catch (const Error& error) {
    const bool is_theirs =
        error.code() == ErrorCode::InvalidArgument || error.code() == ErrorCode::AlreadyExists;
    if (!is_theirs) throw;
    return signup_form(call, wanted, error.what());
  }
}

constexpr Route kRoutes[] = {
    {"GET", "accounts/login", Access::Page, {}, BodyKind::None, show_login},
    {"POST", "accounts/login", Access::Page, {}, BodyKind::Fields, log_in},
    {"GET", "accounts/logout", Access::Page, {}, BodyKind::None, show_logout},
    {"POST", "accounts/logout", Access::Page, {}, BodyKind::Fields, log_out},
    {"GET", "accounts/password/reset", Access::Page, {}, BodyKind::None, show_reset},
    {"GET", "accounts/signup", Access::Page, {}, BodyKind::None, show_signup},
    {"POST", "accounts/signup", Access::Page, {}, BodyKind::Fields, sign_up},
};

}  // namespace

std::span<const Route> login_page_routes() { return kRoutes; }

}  // namespace qfcsync::server
