#pragma once

#include "routes/route_table.hpp"

#include <string>

namespace qfcsync::server {

inline constexpr std::string_view kSessionCookie = "sessionid";
inline constexpr std::string_view kCsrfCookie = "csrftoken";
inline constexpr std::string_view kCsrfField = "csrfmiddlewaretoken";

/// Finds out who calls, from a token or from a browser session: the one place where that happens.
///
/// A token wins over a session. With a session, a method that changes something must come from a
/// page of ours: it carries `X-CSRFToken` as the cookie has it, and no foreign Origin or Referer.
///
/// @errors ApiError: the 401s; permission_denied: a session without those proofs
void authenticate(Call& call, Access access);

/// The same proof for a form of one of our pages, in its hidden field. Call with the fields read.
///
/// @errors ApiError permission_denied
void check_form(const Call& call);

}  // namespace qfcsync::server
