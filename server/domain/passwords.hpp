#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

// Cost of one Argon2id hash: libsodium's INTERACTIVE limits, about 50 ms of one processor.
inline constexpr std::uint64_t kPasswordPasses = 2;
inline constexpr std::size_t kPasswordMemoryBytes = 64u << 20;
/// Hashes computed at the same time, so that logins cannot use up the memory.
inline constexpr int kMaxConcurrentHashes = 4;

inline constexpr std::size_t kMaxPasswordBytes = 1024;
inline constexpr std::size_t kTokenKeyLength = 100;
inline constexpr std::size_t kCookieKeyLength = 32;
inline constexpr std::size_t kOneTimePasswordGroups = 5;  ///< of four characters

/// The reason why this cannot be a password; nullopt for a usable one.
///
/// Blanks at the ends are refused because clients and form parsers cut them off.
std::optional<std::string> invalid_password(std::string_view password);

/// Argon2id hash with salt and cost, as text.
///
/// @errors LimitExceeded: not enough memory @threads any; waits while others hash
std::string hash_password(const std::string& password);

/// Whether the password made that hash. An empty or foreign hash fits no password.
bool verify_password(const std::string& hash, const std::string& password);

/// Always false, after as much work as verify_password(); for accounts that do not exist.
bool verify_dummy_password(const std::string& password);

/// Whether the hash was made with another cost than today's.
bool needs_rehash(const std::string& hash);

/// 100 random characters of A-Z, a-z and 0-9: 595 bit.
std::string new_token_key();

/// 32 random characters of A-Z, a-z and 0-9: 190 bit.
std::string new_cookie_key();

/// Compares two secrets; takes as long for nearly equal ones as for others of the same length.
bool is_same_secret(std::string_view a, std::string_view b);

/// A random password to be read and typed by people, e.g. "k7wm-3pxd-hq9t-r4ce-zn8f": 20
/// characters that are not mistaken for one another, 99 bit.
std::string one_time_password();

}  // namespace qfcsync::server
