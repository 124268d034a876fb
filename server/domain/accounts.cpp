#include "domain/accounts.hpp"

#include <qfcsync/error.hpp>

#include "domain/login_guard.hpp"
#include "domain/names.hpp"
#include "domain/passwords.hpp"
#include "domain/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::size_t kMaxPersonNameBytes = 150;

constexpr std::string_view kSelect =
    "SELECT id, username, type, email, first_name, last_name, is_active, is_staff, "
    "(SELECT public_id || '/avatar.' || extension FROM avatar WHERE user_id = id) FROM user ";

User user_of(const Row& row) {
  User user;
  user.id = row.integer(0);
  user.username = row.text(1);
  user.type = static_cast<int>(row.integer(2));
  user.email = row.text(3);
  user.first_name = row.text(4);
  user.last_name = row.text(5);
  user.is_active = row.boolean(6);
  user.is_staff = row.boolean(7);
  user.avatar = row.text(8);
  return user;
}

void require(const std::optional<std::string>& reason) {
  if (reason) throw Error(ErrorCode::InvalidArgument, *reason);
}

std::optional<std::string> invalid_person_name(const std::string& name) {
  if (name.size() > kMaxPersonNameBytes) return "first and last name have at most 150 bytes each";
  if (!is_valid_utf8(name)) return "first and last name are UTF-8";
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; })) {
    return "first and last name contain no control characters";
  }
  return std::nullopt;
}

void check_values(const UserChange& change) {
  if (change.username) require(invalid_username(*change.username));
  if (change.email && !change.email->empty()) require(invalid_email(*change.email));
  if (change.first_name) require(invalid_person_name(*change.first_name));
  if (change.last_name) require(invalid_person_name(*change.last_name));
}

/// The unique rules of the database, with a sentence for each.
void check_free(Connection& db, const UserChange& change, std::int64_t own_id) {
  if (change.username &&
      db.integer("SELECT 1 FROM user WHERE username = ? AND id <> ?", {*change.username, own_id})) {
    throw Error(ErrorCode::AlreadyExists,
                fmt::format("the username {} is taken (case does not matter)", *change.username));
  }
  if (change.email && !change.email->empty() &&
      db.integer("SELECT 1 FROM user "
                 "WHERE lower(email) = lower(?) AND email <> '' AND type = 1 AND id <> ?",
                 {*change.email, own_id})) {
    throw Error(ErrorCode::AlreadyExists, "another person has this e-mail address");
  }
}

}  // namespace

std::optional<User> find_user(Connection& db, std::int64_t id) {
  return db.first(fmt::format("{} WHERE id = ?", kSelect), {id}, user_of);
}

std::optional<User> find_user(Connection& db, std::string_view username) {
  // By index, then exactly.
  return db.first(fmt::format("{} WHERE username = ?1 AND username = ?1 COLLATE BINARY", kSelect),
                  {username}, user_of);
}

std::optional<User> find_person_by_email(Connection& db, std::string_view email) {
  return db.first(
      fmt::format("{} WHERE lower(email) = lower(?) AND email <> '' AND type = 1", kSelect),
      {email}, user_of);
}

std::int64_t insert_organization_account(Connection& db, const std::string& username,
                                         const std::string& email) {
  const UserChange values{username, email, {}, {}};
  check_values(values);
  check_free(db, {username, {}, {}, {}}, 0);
  db.run("INSERT INTO user (username, type, email, created_at) VALUES (?, ?, ?, ?)",
         {username, kOrganization, email, now()});
  return db.last_id();
}

void delete_account(Connection& db, std::int64_t id) {
  db.run("INSERT OR IGNORE INTO unused_content SELECT sha256 FROM avatar WHERE user_id = ?", {id});
  db.run("UPDATE project SET created_by = NULL WHERE created_by = ?", {id});
  db.run("DELETE FROM user WHERE id = ?", {id});
}

namespace {

/// Teams bear the name of their organization.
void rename_teams(Connection& db, std::int64_t organization_id, const std::string& username) {
  db.run(
      "UPDATE user SET username = '@' || ?2 || substr(username, instr(username, '/')) "
      "WHERE id IN (SELECT user_id FROM team WHERE organization_id = ?1)",
      {organization_id, username});
}

User require_user(std::optional<User> user) {
  if (!user) throw Error(ErrorCode::NotFound, "there is no such account");
  return *std::move(user);
}

}  // namespace

std::string User::full_name() const { return std::string(trimmed(first_name + " " + last_name)); }

Accounts::Accounts(Database& db, std::int64_t token_lifetime_hours)
    : db_(db), token_lifetime_hours_(token_lifetime_hours) {}

bool Accounts::is_empty() {
  return db_.read([](Connection& db) { return !db.integer("SELECT 1 FROM user LIMIT 1", {}); });
}

User Accounts::create(const NewUser& wanted) {
  const UserChange values{wanted.username, wanted.email, wanted.first_name, wanted.last_name};
  check_values(values);
  require(invalid_password(wanted.password));
  const std::string hash = hash_password(wanted.password);  // slow, so before the transaction
  return db_.write([&](Connection& db) {
    check_free(db, values, 0);
    db.run(
        "INSERT INTO user (username, email, first_name, last_name, password_hash, is_staff, "
        "created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        {wanted.username, wanted.email, wanted.first_name, wanted.last_name, hash, wanted.is_staff,
         now()});
    return require_user(find_user(db, db.last_id()));
  });
}

std::optional<User> Accounts::find(std::string_view username) {
  return db_.read([&](Connection& db) { return find_user(db, username); });
}

std::vector<User> Accounts::list() {
  return db_.read([](Connection& db) {
    return db.all(fmt::format("{} ORDER BY username", kSelect), {}, user_of);
  });
}

User Accounts::update(std::int64_t user_id, const UserChange& change) {
  check_values(change);
  return db_.write([&](Connection& db) {
    const User former = require_user(find_user(db, user_id));
    // Only persons have to have e-mail addresses of their own.
    check_free(db, former.type == kPerson ? change : UserChange{change.username, {}, {}, {}},
               user_id);
    db.run(
        "UPDATE user SET username = coalesce(?, username), email = coalesce(?, email), "
        "first_name = coalesce(?, first_name), last_name = coalesce(?, last_name) WHERE id = ?",
        {change.username, change.email, change.first_name, change.last_name, user_id});
    if (change.username && former.type == kOrganization) {
      rename_teams(db, user_id, *change.username);
    }
    return require_user(find_user(db, user_id));
  });
}

void Accounts::set_active(std::string_view username, bool is_active) {
  db_.write([&](Connection& db) {
    const User user = require_user(find_user(db, username));
    if (user.type != kPerson) {
      throw Error(ErrorCode::InvalidArgument, "only persons log in, so only they can be stopped");
    }
    db.run("UPDATE user SET is_active = ? WHERE id = ?", {is_active, user.id});
  });
}

void Accounts::set_password(std::string_view username, const std::string& password) {
  require(invalid_password(password));
  const std::string hash = hash_password(password);
  db_.write([&](Connection& db) {
    const User user = require_user(find_user(db, username));
    if (user.type != kPerson) {
      throw Error(ErrorCode::InvalidArgument, "organizations and teams have no password");
    }
    db.run("UPDATE user SET password_hash = ? WHERE id = ?", {hash, user.id});
    const Timestamp time = now();
    db.run(
        "UPDATE token SET expires_at = ?1, updated_at = ?1 WHERE user_id = ?2 AND expires_at > ?1",
        {time, user.id});
    db.run("DELETE FROM session WHERE user_id = ?", {user.id});
    forget_login_failures(db, user.username);
    forget_login_failures(db, user.email);
  });
}

}  // namespace qfcsync::server
