#pragma once

#include "http/message.hpp"

#include <chrono>
#include <string_view>

namespace qfcsync::server {

/// Value of the first cookie of that name; "" when there is none.
std::string_view cookie(const Request& request, std::string_view name);

enum class CookieReader {
  OnlyServer,  ///< scripts of pages cannot read it
  Scripts,
};

/// Sets a cookie of the whole server, SameSite=Lax, Secure when the request came by https.
///
/// @param value  letters and digits; "" with lifetime 0 removes the cookie
void set_cookie(const Request& request, Response& response, std::string_view name,
                std::string_view value, CookieReader reader, std::chrono::seconds lifetime);

/// Whether the client reached us by https.
bool is_https(const Request& request);

}  // namespace qfcsync::server
