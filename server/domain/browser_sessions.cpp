// Accounts, continued: people who are signed in with a browser, and their own passwords.

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "domain/accounts.hpp"
#include "domain/password_rules.hpp"
#include "domain/passwords.hpp"

#include <algorithm>

namespace qfcsync::server {
namespace {

constexpr Timestamp kLifetime = kBrowserSessionHours * 3600 * kSecond;
/// Of one person; the oldest ones end.
constexpr std::int64_t kMaxSessions = 50;

std::string insert_session(Connection& db, std::int64_t user_id, const std::string& user_agent) {
  const Timestamp time = now();
  const std::string key = new_cookie_key();
  db.run("DELETE FROM session WHERE expires_at <= ?", {time});
  db.run(
      "DELETE FROM session WHERE user_id = ?1 AND id NOT IN "
      "(SELECT id FROM session WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2)",
      {user_id, kMaxSessions - 1});
  db.run(
      "INSERT INTO session (key_sha256, user_id, client_type, user_agent, created_at, expires_at) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {base::sha256_hex(key), user_id, to_string(client_type_of(user_agent)),
       user_agent.substr(0, kMaxUserAgentBytes), time, time + kLifetime});
  return key;
}

}  // namespace

BrowserLogin Accounts::log_in_browser(const LoginRequest& request) {
  BrowserLogin login;
  login.failure = attempt(request, [&](Connection& db, const User& user) {
    login.key = insert_session(db, user.id, request.user_agent);
  });
  return login;
}

std::string Accounts::start_browser_session(std::int64_t user_id, const std::string& user_agent) {
  return db_.write([&](Connection& db) { return insert_session(db, user_id, user_agent); });
}

std::optional<Principal> Accounts::authenticate_browser(std::string_view key) {
  if (key.size() != kCookieKeyLength) return std::nullopt;
  const std::string digest = base::sha256_hex(key);
  const Timestamp time = now();
  auto principal = db_.read([&](Connection& db) {
    return db.first(
        "SELECT session.id, user.id, user.username, user.is_staff, session.client_type "
        "FROM session JOIN user ON user.id = session.user_id "
        "WHERE session.key_sha256 = ? AND session.expires_at > ? AND user.is_active",
        {digest, time}, [](const Row& row) {
          return Principal{row.integer(1),
                           row.text(2),
                           row.boolean(3),
                           client_type_named(row.text(4)).value_or(ClientType::Unknown),
                           0,
                           row.integer(0)};
        });
  });
  if (principal) {
    const std::lock_guard lock(used_mutex_);
    used_sessions_[principal->session_id] = time;
  }
  return principal;
}

void Accounts::end_browser_session(std::int64_t session_id) {
  db_.write([&](Connection& db) { db.run("DELETE FROM session WHERE id = ?", {session_id}); });
}

LoginFailure Accounts::change_password(const Principal& person, const std::string& old_password,
                                       const std::string& new_password,
                                       const std::string& address) {
  const auto user = find(person.username);
  if (!user) throw Error(ErrorCode::NotFound, "there is no such account");
  if (const auto reason = weak_password(new_password, *user)) {
    throw Error(ErrorCode::InvalidArgument, *reason);
  }
  const LoginRequest proof{person.username, "", old_password, "", address};
  const std::string hash = hash_password(new_password);
  return attempt(proof, [&](Connection& db, const User& proven) {
    const Timestamp time = now();
    db.run("UPDATE user SET password_hash = ? WHERE id = ?", {hash, proven.id});
    db.run(
        "UPDATE token SET expires_at = ?1, updated_at = ?1 "
        "WHERE user_id = ?2 AND id <> ?3 AND expires_at > ?1",
        {time, proven.id, person.token_id});
    db.run("DELETE FROM session WHERE user_id = ? AND id <> ?", {proven.id, person.session_id});
  });
}

}  // namespace qfcsync::server
