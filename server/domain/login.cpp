// Accounts, continued: from a password to a token.

#include "base/digest.hpp"
#include "domain/accounts.hpp"
#include "domain/login_guard.hpp"
#include "domain/names.hpp"
#include "domain/passwords.hpp"
#include "domain/text.hpp"

#include <functional>

namespace qfcsync::server {
namespace {

constexpr Timestamp kHour = 3600 * kSecond;

/// A person with what is needed to check a password.
struct Candidate {
  User user;
  std::string password_hash;
};

constexpr const char* kSelect =
    "SELECT id, username, email, first_name, last_name, is_staff, password_hash, "
    "(SELECT public_id || '/avatar.' || extension FROM avatar WHERE user_id = id) FROM user ";

Candidate candidate_of(const Row& row) {
  Candidate candidate;
  candidate.user.id = row.integer(0);
  candidate.user.username = row.text(1);
  candidate.user.email = row.text(2);
  candidate.user.first_name = row.text(3);
  candidate.user.last_name = row.text(4);
  candidate.user.is_staff = row.boolean(5);
  candidate.password_hash = row.text(6);
  candidate.user.avatar = row.text(7);
  return candidate;
}

std::optional<Candidate> find_by_username(Connection& db, const std::string& username) {
  return db.first(std::string(kSelect) +
                      "WHERE username = ? AND type = 1 AND is_active AND password_hash <> ''",
                  {username}, candidate_of);
}

std::optional<Candidate> find_by_email(Connection& db, const std::string& email) {
  return db.first(std::string(kSelect) +
                      "WHERE lower(email) = lower(?) AND email <> '' AND type = 1 AND is_active "
                      "AND password_hash <> ''",
                  {email}, candidate_of);
}

/// Who may log in under these words: an active person with a password.
std::optional<Candidate> find_candidate(Connection& db, const LoginRequest& request) {
  if (!request.email.empty()) return find_by_email(db, request.email);
  auto candidate = find_by_username(db, request.username);
  if (!candidate && request.username.find('@') != std::string::npos) {
    candidate = find_by_email(db, request.username);
  }
  return candidate;
}

/// Whether the person still has this password and may still log in.
bool is_unchanged(Connection& db, const Candidate& candidate) {
  return db
      .integer("SELECT 1 FROM user WHERE id = ? AND password_hash = ? AND is_active",
               {candidate.user.id, candidate.password_hash})
      .has_value();
}

void end_other_tokens(Connection& db, std::int64_t user_id, ClientType type, Timestamp time) {
  db.run(
      "UPDATE token SET expires_at = ?1, updated_at = ?1 "
      "WHERE user_id = ?2 AND client_type = ?3 AND expires_at > ?1",
      {time, user_id, to_string(type)});
}

struct NewToken {
  ClientType type = ClientType::Unknown;
  std::string user_agent;
  Timestamp expires_at = 0;
};

/// @return its key
std::string add_token(Connection& db, std::int64_t user_id, const NewToken& token, Timestamp time) {
  std::string key = new_token_key();
  db.run(
      "INSERT INTO token (user_id, key_sha256, client_type, user_agent, created_at, updated_at, "
      "expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
      {user_id, base::sha256_hex(key), to_string(token.type),
       token.user_agent.substr(0, kMaxUserAgentBytes), time, token.expires_at});
  return key;
}

LoginSession start_session(Connection& db, const User& user, const std::string& user_agent,
                           Timestamp lifetime) {
  const Timestamp time = now();
  const ClientType type = client_type_of(user_agent);
  if (is_single_token(type)) end_other_tokens(db, user.id, type, time);
  const Timestamp expires_at = time + lifetime;
  return {user, add_token(db, user.id, {type, user_agent, expires_at}, time), expires_at};
}

}  // namespace

std::mutex& Accounts::attempt_mutex(const std::string& identifier) {
  return attempt_mutexes_[std::hash<std::string>{}(identifier) % attempt_mutexes_.size()];
}

std::string Accounts::create_worker_token(std::int64_t user_id) {
  const Timestamp time = now();
  return db_.write([&](Connection& db) {
    return add_token(db, user_id,
                     {ClientType::Worker, "qfcsync worker", time + token_lifetime_hours_ * kHour},
                     time);
  });
}

LoginFailure Accounts::attempt(const LoginRequest& request, const Succeed& succeed) {
  const std::string& typed = request.email.empty() ? request.username : request.email;
  if (trimmed(typed).empty() || typed.size() > kMaxEmailLength ||
      request.password.size() > kMaxPasswordBytes) {
    return LoginFailure::WrongCredentials;
  }
  const LoginOrigin origin{lower_case(typed), request.remote_address};
  // One attempt per name at a time: parallel guesses are counted like those in a row.
  const std::lock_guard attempt(attempt_mutex(origin.identifier));

  bool locked = false;
  const auto candidate = db_.read([&](Connection& db) {
    locked = is_locked_out(db, origin, now());
    return find_candidate(db, request);
  });
  if (locked) return LoginFailure::LockedOut;

  const bool is_right = candidate ? verify_password(candidate->password_hash, request.password)
                                  : verify_dummy_password(request.password);
  std::optional<std::string> stronger_hash;
  if (is_right && needs_rehash(candidate->password_hash)) {
    stronger_hash = hash_password(request.password);
  }
  return db_.write([&](Connection& db) {
    if (!is_right || !is_unchanged(db, *candidate)) {
      const bool locks = note_login_failure(db, origin, now());
      return locks ? LoginFailure::LockedOut : LoginFailure::WrongCredentials;
    }
    forget_login_failures(db, origin);
    if (stronger_hash) {
      db.run("UPDATE user SET password_hash = ? WHERE id = ?",
             {*stronger_hash, candidate->user.id});
    }
    succeed(db, candidate->user);
    return LoginFailure::None;
  });
}

LoginResult Accounts::login(const LoginRequest& request) {
  LoginResult result;
  result.failure = attempt(request, [&](Connection& db, const User& user) {
    result.session = start_session(db, user, request.user_agent, token_lifetime_hours_ * kHour);
  });
  return result;
}

}  // namespace qfcsync::server
