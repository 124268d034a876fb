#include "pages/html.hpp"

#include "domain/accounts.hpp"
#include "domain/passwords.hpp"
#include "http/cookies.hpp"
#include "pages/browser_cookies.hpp"
#include "routes/authenticate.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

std::string navigation(const Call& call) {
  std::string links = "<a href=\"/docs/\">API</a>";
  if (!call.principal) return links + " <a href=\"/accounts/login/\">Sign in</a>";
  return links + fmt::format(
                     " <a href=\"/accounts/tokens/\">{}</a> <a href=\"/accounts/logout/\">"
                     "Sign out</a>",
                     escaped(call.principal->username));
}

std::string_view sentence_of(unsigned status) {
  switch (status) {
    case 403:
      return "This is not allowed. If you came from a form, go back, reload it and try again.";
    case 404:
      return "There is nothing here, or nothing that you may see.";
    default:
      return "This request cannot be understood.";
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

Response page_response(const Call& call, const HtmlPage& page) {
  Response response;
  response.status = page.status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy", std::string(kContentPolicy)},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", "no-store"}};
  if (!page.form_token.empty()) set_csrf_cookie(call.request, response, page.form_token);
  const std::string site = escaped(call.services.config.site_title);
  response.body = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>{0} - {1}</title><link rel=\"icon\" href=\"/static/qfcsync.svg\">"
      "<link rel=\"stylesheet\" href=\"/static/style.css\"></head>\n<body>\n"
      "<header><a href=\"/\">{1}</a> <nav>{2}</nav></header>\n<main>\n<h1>{0}</h1>\n{3}</main>\n"
      "</body>\n</html>\n",
      escaped(page.title), site, navigation(call), page.body);
  return response;
}

std::string form_token_of(const Request& request) {
  const std::string_view known = cookie(request, kCsrfCookie);
  const bool is_ours =
      known.size() == kCookieKeyLength &&
      std::all_of(known.begin(), known.end(), [](char c) { return is_letter(c) || is_digit(c); });
  return is_ours ? std::string(known) : new_cookie_key();
}

std::string form(std::string_view action, std::string_view token, std::string_view inside,
                 std::string_view button) {
  return fmt::format(
      "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"{}\" value=\"{}\">{}"
      "<button>{}</button></form>\n",
      escaped(action), kCsrfField, escaped(token), inside, escaped(button));
}

std::string input(std::string_view label, std::string_view type, std::string_view name,
                  std::string_view autocomplete, std::string_view value) {
  return fmt::format(
      "<label>{} <input type=\"{}\" name=\"{}\" autocomplete=\"{}\" value=\"{}\"></label>\n",
      escaped(label), type, name, autocomplete, escaped(value));
}

std::string error_paragraph(std::string_view text) {
  return fmt::format("<p class=\"error\" role=\"alert\">{}</p>\n", escaped(text));
}

Response redirect(std::string path) {
  Response response = Response::empty(302);
  response.headers = {{"Location", std::move(path)}, {"Cache-Control", "no-store"}};
  return response;
}

Response redirect_to_login(const Request& request) {
  return redirect("/accounts/login/?next=" +
                  base::percent_encode(percent_encode_path(request.path), ""));
}

std::string own_path(std::string_view wanted) {
  // A second slash would name another host, and browsers take a backslash for one.
  const bool is_path =
      wanted.starts_with('/') && !wanted.starts_with("//") &&
      wanted.find('\\') == std::string_view::npos &&
      std::all_of(wanted.begin(), wanted.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  return is_path ? std::string(wanted) : "/";
}

Response error_page(const Call& call, const ApiError& error) {
  const bool may_sign_in = error.status() == 404 && !call.principal;
  std::string body = fmt::format("<p>{}</p>\n", sentence_of(error.status()));
  if (may_sign_in)
    body += "<p><a href=\"/accounts/login/\">Sign in</a> to see your projects.</p>\n";
  return page_response(
      call, {error.status(), error.status() == 404 ? "Not found" : "Not possible", body, ""});
}

}  // namespace qfcsync::server
