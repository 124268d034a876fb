#include "routes/authenticate.hpp"

#include "domain/passwords.hpp"
#include "domain/text.hpp"
#include "http/cookies.hpp"
#include "http/fields.hpp"

namespace qfcsync::server {
namespace {

/// The key of `Authorization: Token <key>`; nullopt when another scheme or none is used.
///
/// @errors ApiError authentication_failed: the scheme without exactly one key
std::optional<std::string_view> token_key(const Request& request) {
  const std::string_view header = request.header("Authorization");
  const auto blank = header.find(' ');
  if (!equals_ignoring_case(header.substr(0, blank), "token")) return std::nullopt;
  const std::string_view key =
      blank == std::string_view::npos ? std::string_view() : header.substr(blank + 1);
  if (key.empty() || key.find(' ') != std::string_view::npos) throw errors::authentication_failed();
  return key;
}

bool is_safe(const Request& request) {
  return request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
}

/// Whether a URL or origin, as browsers send it, is on this server. Behind a proxy that does not
/// say so we see http where the browser sees https, so plain http compares only the host.
bool is_own(const Request& request, std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return false;
  if (is_https(request) && !url.starts_with("https://")) return false;
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return !host.empty() && equals_ignoring_case(host, request.header("Host"));
}

bool is_from_own_page(const Request& request) {
  const std::string_view origin = request.header("Origin");
  if (!origin.empty()) return is_own(request, origin);
  const std::string_view referer = request.header("Referer");
  if (referer.empty()) return !is_https(request);  // https always has one of the two
  return is_own(request, referer);
}

void check_csrf(const Request& request, std::string_view sent) {
  const std::string_view expected = cookie(request, kCsrfCookie);
  if (expected.empty() || !is_same_secret(expected, sent)) {
    throw errors::permission_denied().with_detail("the CSRF token is missing or wrong");
  }
  if (!is_from_own_page(request)) {
    throw errors::permission_denied().with_detail("the request comes from another site");
  }
}

std::optional<Principal> session_principal(Call& call) {
  const std::string_view key = cookie(call.request, kSessionCookie);
  return key.empty() ? std::nullopt : call.services.accounts.authenticate_browser(key);
}

}  // namespace

void authenticate(Call& call, Access access) {
  if (access == Access::Anyone) return;
  if (access == Access::Page) {
    call.principal = session_principal(call);  // its forms are checked by check_form()
    return;
  }
  if (const auto key = token_key(call.request)) {
    call.principal = call.services.accounts.authenticate(*key);
    if (!call.principal && access == Access::User) throw errors::token_authentication_failed();
    return;
  }
  call.principal = session_principal(call);
  if (call.principal && !is_safe(call.request)) {
    check_csrf(call.request, call.request.header("X-CSRFToken"));
  }
  if (!call.principal && access == Access::User) throw errors::not_authenticated();
}

void check_form(const Call& call) {
  const std::string sent = field_string(call.fields, kCsrfField).value_or("");
  check_csrf(call.request, sent.empty() ? call.request.header("X-CSRFToken") : sent);
}

}  // namespace qfcsync::server
