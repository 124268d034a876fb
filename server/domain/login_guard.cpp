#include "domain/login_guard.hpp"

#include "db/database.hpp"
#include "domain/accounts.hpp"
#include "domain/text.hpp"

namespace qfcsync::server {

bool is_locked_out(Connection& db, const LoginOrigin& origin, Timestamp time) {
  const auto failures = db.integer(
      "SELECT failures FROM login_failure "
      "WHERE username = ? AND address = ? AND last_failure_at > ?",
      {origin.identifier, origin.address, time - kLockOutMicroseconds});
  return failures.value_or(0) >= kMaxLoginFailures;
}

bool note_login_failure(Connection& db, const LoginOrigin& origin, Timestamp time) {
  // Also keeps the table small when somebody tries many names.
  db.run("DELETE FROM login_failure WHERE last_failure_at <= ?", {time - kLockOutMicroseconds});
  db.run(
      "INSERT INTO login_failure (username, address, failures, last_failure_at) "
      "VALUES (?, ?, 1, ?) ON CONFLICT (username, address) "
      "DO UPDATE SET failures = failures + 1, last_failure_at = excluded.last_failure_at",
      {origin.identifier, origin.address, time});
  return is_locked_out(db, origin, time);
}

void forget_login_failures(Connection& db, const LoginOrigin& origin) {
  db.run("DELETE FROM login_failure WHERE username = ? AND address = ?",
         {origin.identifier, origin.address});
}

void forget_login_failures(Connection& db, std::string_view identifier) {
  db.run("DELETE FROM login_failure WHERE username = ?", {lower_case(identifier)});
}

}  // namespace qfcsync::server
