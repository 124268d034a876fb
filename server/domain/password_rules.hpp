#pragma once

#include "domain/accounts.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

/// Characters of a password that a person picks on a page.
inline constexpr std::size_t kMinPasswordCharacters = 8;

/// The reason why a person should not pick this password: too short, only digits, one that
/// everybody tries first, or nearly the person's name or address; nullopt for a usable one.
///
/// Administrators are not held to it: they set passwords by command, see invalid_password().
std::optional<std::string> weak_password(std::string_view password, const User& user);

}  // namespace qfcsync::server
