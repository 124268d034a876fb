#pragma once

#include "db/database.hpp"
#include "domain/client_type.hpp"
#include "domain/timestamp.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::server {

inline constexpr int kMaxLoginFailures = 5;
inline constexpr Timestamp kLockOutMicroseconds = 30ll * 60 * 1'000'000;

/// A person (later also an organization or a team) as others may see it.
struct User {
  std::int64_t id = 0;
  std::string username;
  int type = 1;  ///< 1 person, 2 organization, 3 team
  std::string email;
  std::string first_name;
  std::string last_name;
  bool is_active = true;
  bool is_staff = false;
  std::string avatar;  ///< end of its URL: "<public id>/avatar.png"; "" = none

  /// First and last name, joined and trimmed.
  std::string full_name() const;
};

/// Who makes a request.
struct Principal {
  std::int64_t user_id = 0;
  std::string username;
  bool is_staff = false;
  ClientType client_type = ClientType::Unknown;
};

struct NewUser {
  std::string username;
  std::string password;
  std::string email;
  std::string first_name;
  std::string last_name;
  bool is_staff = false;
};

/// New values of a user; nullopt = stays.
struct UserChange {
  std::optional<std::string> username;
  std::optional<std::string> email;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
};

struct LoginRequest {
  std::string username;  ///< may hold an e-mail address
  std::string email;     ///< wins over username when not empty
  std::string password;
  std::string user_agent;
  std::string remote_address;
};

enum class LoginFailure { None, WrongCredentials, LockedOut };

/// A successful login.
struct LoginSession {
  User user;
  std::string token;
  Timestamp expires_at = 0;
};

struct LoginResult {
  std::optional<LoginSession> session;
  LoginFailure failure = LoginFailure::None;  ///< why there is no session
};

/// Persons, their passwords and tokens. All methods may be called concurrently.
///
/// Passwords are kept as Argon2id hashes, tokens as SHA-256 of the key; neither can be read back.
class Accounts {
 public:
  /// @ownership `db` must outlive the accounts
  Accounts(Database& db, std::int64_t token_lifetime_hours);

  /// True before the first account exists.
  bool is_empty();

  /// @errors InvalidArgument: a value breaks a rule (message says which);
  ///         AlreadyExists: name or e-mail is taken, compared without case
  User create(const NewUser& wanted);

  /// Exact name. Organizations and teams are found too.
  std::optional<User> find(std::string_view username);

  /// All accounts by username.
  std::vector<User> list();

  /// @errors as create(); NotFound
  User update(std::int64_t user_id, const UserChange& change);

  /// Sets a new password, ends all tokens and a lock-out.
  ///
  /// @errors NotFound; InvalidArgument: empty, too long or with blanks at its ends, or no person
  void set_password(std::string_view username, const std::string& password);

  /// Checks credentials and makes a token. Takes about as long for unknown users.
  ///
  /// Only active persons can log in. Name and e-mail are compared without case. A token of a
  /// single-token client ends the person's other tokens of that type. kMaxLoginFailures failures
  /// for one name from one address refuse further attempts for kLockOutMicroseconds, and across
  /// restarts; the one that reaches the limit is answered LockedOut.
  LoginResult login(const LoginRequest& request);

  /// Who the key belongs to; nullopt for unknown and expired keys and inactive users.
  std::optional<Principal> authenticate(std::string_view key);

  /// A new token of the type that only the server's own jobs have. @return its key
  std::string create_worker_token(std::int64_t user_id);

  /// Ends all tokens of the user, whatever the client.
  void logout(std::int64_t user_id);

  /// Writes the times of last use that authenticate() has noted. Call about every second and at
  /// the end; a request must not cost a write.
  void flush();

 private:
  std::mutex& attempt_mutex(const std::string& identifier);

  Database& db_;
  const std::int64_t token_lifetime_hours_;
  std::mutex used_mutex_;
  std::map<std::int64_t, Timestamp> used_tokens_;  // token id -> last use, guarded by used_mutex_
  std::array<std::mutex, 16> attempt_mutexes_;     // picked by name, taken before the database
};

}  // namespace qfcsync::server
