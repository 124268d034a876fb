#pragma once

#include "db/database.hpp"
#include "domain/client_type.hpp"
#include "domain/timestamp.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qfcsync::server {

inline constexpr int kMaxLoginFailures = 5;
inline constexpr Timestamp kLockOutMicroseconds = 30ll * 60 * 1'000'000;
/// A browser stays signed in for so long.
inline constexpr std::int64_t kBrowserSessionHours = 14 * 24;
/// What is kept of a User-Agent.
inline constexpr std::size_t kMaxUserAgentBytes = 1000;

// Types of accounts, as the API numbers them.
inline constexpr int kPerson = 1;
inline constexpr int kOrganization = 2;
inline constexpr int kTeam = 3;

/// A person, an organization or a team as others may see it.
struct User {
  std::int64_t id = 0;
  std::string username;
  int type = kPerson;
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
  std::int64_t token_id = 0;    ///< 0 without a token
  std::int64_t session_id = 0;  ///< 0 without a browser session
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

/// Which accounts a list holds.
struct UserFilter {
  std::string text;  ///< part of the name, without case; best matches come first
  /// Without owner and collaborators of the project, and without other owners' teams.
  std::optional<std::string> project_id;
  /// Without the organization, its owner, its members, and without others' teams.
  std::optional<std::int64_t> organization_id;
  std::optional<std::int64_t> exclude_members_of_team;
  bool exclude_organizations = false;
  bool exclude_teams = false;
  bool is_inverted = false;  ///< of project and organization: exactly those that they leave out
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
};

struct UserPage {
  std::vector<User> users;
  std::int64_t total = 0;
};

UserPage list_users(Connection& db, const UserFilter& filter);

/// Exact name. Organizations and teams are found too.
std::optional<User> find_user(Connection& db, std::string_view username);
std::optional<User> find_user(Connection& db, std::int64_t id);
/// The person of that e-mail address, compared without case.
std::optional<User> find_person_by_email(Connection& db, std::string_view email);

/// @return id @errors InvalidArgument, AlreadyExists
std::int64_t insert_organization_account(Connection& db, const std::string& username,
                                         const std::string& email);

/// Forgets an account that owns nothing any more. What it did stays, without its name.
void delete_account(Connection& db, std::int64_t id);

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

/// A successful login of a browser.
struct BrowserLogin {
  std::string key;                            ///< for the cookie
  LoginFailure failure = LoginFailure::None;  ///< why there is no key
};

/// A token as its owner sees it; the key is known to nobody but the client.
struct TokenInfo {
  std::int64_t id = 0;
  std::string client_type;
  std::string user_agent;
  Timestamp created_at = 0;
  Timestamp expires_at = 0;
  std::optional<Timestamp> last_used_at;
};

/// Persons, their passwords, tokens and browser sessions. All methods may be called concurrently.
///
/// Passwords are kept as Argon2id hashes, tokens and sessions as SHA-256 of the key; none can be
/// read back.
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

  /// A person who is not active cannot log in, and every token stops working. Nothing is lost.
  ///
  /// @errors NotFound; InvalidArgument: no person
  void set_active(std::string_view username, bool is_active);

  /// Sets a new password, ends all tokens, browser sessions and a lock-out.
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

  /// Checks credentials as login() does and starts a browser session. Its client type is told
  /// from this first request and stays.
  BrowserLogin log_in_browser(const LoginRequest& request);

  /// Starts a browser session of somebody who has just proved who he is. @return its key
  std::string start_browser_session(std::int64_t user_id, const std::string& user_agent);

  /// Who the key belongs to; nullopt for unknown and expired keys and inactive users.
  std::optional<Principal> authenticate(std::string_view key);

  /// A new token of the type that only the server's own jobs have. @return its key
  std::string create_worker_token(std::int64_t user_id);

  /// The same for the key of a browser session.
  std::optional<Principal> authenticate_browser(std::string_view key);

  /// Ends all tokens of the user, whatever the client. Browser sessions go on.
  void logout(std::int64_t user_id);

  /// Ends one browser session.
  void end_browser_session(std::int64_t session_id);

  /// The person's tokens that are valid now, newest first.
  std::vector<TokenInfo> tokens(std::int64_t user_id);

  /// Ends one token. @return false when the person has no such valid token
  bool revoke_token(std::int64_t user_id, std::int64_t token_id);

  /// Sets a new password for who knows the old one. Ends all other tokens and browser sessions
  /// of the person. A wrong old password counts as a failed login.
  ///
  /// @errors InvalidArgument: the new password is too weak (message says why)
  LoginFailure change_password(const Principal& person, const std::string& old_password,
                               const std::string& new_password, const std::string& address);

  /// Writes the times of last use that authenticate() has noted. Call about every second and at
  /// the end; a request must not cost a write.
  void flush();

 private:
  using Succeed = std::function<void(Connection&, const User&)>;

  std::mutex& attempt_mutex(const std::string& identifier);

  /// Checks credentials and counts failures; `succeed` is part of the transaction of a right login.
  LoginFailure attempt(const LoginRequest& request, const Succeed& succeed);

  Database& db_;
  const std::int64_t token_lifetime_hours_;
  std::mutex used_mutex_;
  // id -> last use, guarded by used_mutex_
  std::map<std::int64_t, Timestamp> used_tokens_;
  std::map<std::int64_t, Timestamp> used_sessions_;
  std::array<std::mutex, 16> attempt_mutexes_;  // picked by name, taken before the database
};

}  // namespace qfcsync::server
