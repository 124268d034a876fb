#pragma once

#include "domain/accounts.hpp"
#include "domain/teams.hpp"

#include <nlohmann/json.hpp>

namespace qfcsync::server {

/// The user object others see.
inline nlohmann::json public_user_json(const User& user) {
  return {{"username", user.username},
          {"type", user.type},
          {"full_name", user.full_name()},
          {"avatar_url", nullptr},
          {"username_display", display_name(user.username)}};
}

/// The user object of the user himself.
inline nlohmann::json complete_user_json(const User& user) {
  return {{"username", user.username},  {"type", user.type},     {"full_name", user.full_name()},
          {"email", user.email},        {"avatar_url", nullptr}, {"first_name", user.first_name},
          {"last_name", user.last_name}};
}

}  // namespace qfcsync::server
