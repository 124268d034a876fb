#pragma once

#include "domain/accounts.hpp"
#include "domain/teams.hpp"
#include "routes/call.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {

/// Absolute, because clients fetch it as it is, and with the extension that tells them the type.
inline nlohmann::json avatar_url(const Call& call, const User& user) {
  if (user.avatar.empty()) return nullptr;
  return call.request.origin() + "/api/v1/files/avatars/" + user.avatar;
}

/// The user object others see.
inline nlohmann::json public_user_json(const Call& call, const User& user) {
  return {{"username", user.username},
          {"type", user.type},
          {"full_name", user.full_name()},
          {"avatar_url", avatar_url(call, user)},
          {"username_display", display_name(user.username)}};
}

/// The user object of the user himself.
inline nlohmann::json complete_user_json(const Call& call, const User& user) {
  return {{"username", user.username},
          {"type", user.type},
          {"full_name", user.full_name()},
          {"email", user.email},
          {"avatar_url", avatar_url(call, user)},
          {"first_name", user.first_name},
          {"last_name", user.last_name}};
}

}  // namespace qfcsync::server
