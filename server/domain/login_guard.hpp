#pragma once

#include "domain/timestamp.hpp"

#include <string>
#include <string_view>

namespace qfcsync::server {

class Connection;

/// Whose failed attempts are counted together.
struct LoginOrigin {
  std::string identifier;  ///< username or e-mail as typed, lower case
  std::string address;     ///< of the client
};

/// Whether further attempts are refused, right or wrong.
bool is_locked_out(Connection& db, const LoginOrigin& origin, Timestamp time);

/// Counts a failed attempt. Failures older than the lock-out time are forgotten.
///
/// @return whether this was the one that locks
bool note_login_failure(Connection& db, const LoginOrigin& origin, Timestamp time);

void forget_login_failures(Connection& db, const LoginOrigin& origin);

/// Opens a locked account for all addresses, for instance after its password was set anew.
void forget_login_failures(Connection& db, std::string_view identifier);

}  // namespace qfcsync::server
