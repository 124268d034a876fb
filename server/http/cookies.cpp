#include "http/cookies.hpp"

#include "domain/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

std::string_view value_in(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const std::string_view pair = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

std::string_view cookie(const Request& request, std::string_view name) {
  for (const auto& [key, header] : request.headers) {
    if (!equals_ignoring_case(key, "Cookie")) continue;
    const std::string_view value = value_in(header, name);
    if (!value.empty()) return value;
  }
  return {};
}

void set_cookie(const Request& request, Response& response, std::string_view name,
                std::string_view value, CookieReader reader, std::chrono::seconds lifetime) {
  response.headers.emplace_back(
      "Set-Cookie",
      fmt::format("{}={}; Path=/; Max-Age={}; SameSite=Lax{}{}", name, value, lifetime.count(),
                  reader == CookieReader::OnlyServer ? "; HttpOnly" : "",
                  is_https(request) ? "; Secure" : ""));
}

bool is_https(const Request& request) { return request.origin().starts_with("https://"); }

}  // namespace qfcsync::server
