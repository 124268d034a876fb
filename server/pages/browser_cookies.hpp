#pragma once

#include "http/cookies.hpp"
#include "routes/authenticate.hpp"

namespace qfcsync::server {

inline constexpr std::chrono::hours kCsrfCookieLifetime{24 * 365};

inline void set_csrf_cookie(const Request& request, Response& response, std::string_view token) {
  set_cookie(request, response, kCsrfCookie, token, CookieReader::Scripts, kCsrfCookieLifetime);
}

inline void set_session_cookie(const Request& request, Response& response, std::string_view key) {
  set_cookie(request, response, kSessionCookie, key, CookieReader::OnlyServer,
             std::chrono::hours(kBrowserSessionHours));
}

inline void remove_session_cookie(const Request& request, Response& response) {
  set_cookie(request, response, kSessionCookie, "", CookieReader::OnlyServer,
             std::chrono::seconds(0));
}

}  // namespace qfcsync::server
