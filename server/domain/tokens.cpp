// Accounts, continued: what happens with the key of a token.

#include "base/digest.hpp"
#include "domain/accounts.hpp"

#include <utility>

namespace qfcsync::server {
namespace {

/// Longer keys were never issued, neither by us nor by QFieldCloud.
constexpr std::size_t kMaxKeyLength = 300;

}  // namespace

std::optional<Principal> Accounts::authenticate(std::string_view key) {
  if (key.empty() || key.size() > kMaxKeyLength) return std::nullopt;
  const std::string digest = base::sha256_hex(key);
  const Timestamp time = now();
  std::int64_t token_id = 0;
  auto principal = db_.read([&](Connection& db) {
    return db.first(
        "SELECT token.id, user.id, user.username, user.is_staff, token.client_type "
        "FROM token JOIN user ON user.id = token.user_id "
        "WHERE token.key_sha256 = ? AND token.expires_at > ? AND user.is_active",
        {digest, time}, [&](const Row& row) {
          token_id = row.integer(0);
          return Principal{
              row.integer(1), row.text(2),
              row.boolean(3), client_type_named(row.text(4)).value_or(ClientType::Unknown),
              token_id,       0};
        });
  });
  if (principal) {
    const std::lock_guard lock(used_mutex_);
    used_tokens_[token_id] = time;
  }
  return principal;
}

void Accounts::logout(std::int64_t user_id) {
  const Timestamp time = now();
  db_.write([&](Connection& db) {
    db.run(
        "UPDATE token SET expires_at = ?1, updated_at = ?1 WHERE user_id = ?2 AND expires_at > ?1",
        {time, user_id});
  });
}

std::vector<TokenInfo> Accounts::tokens(std::int64_t user_id) {
  flush();  // so that the times of last use are those of now
  return db_.read([&](Connection& db) {
    return db.all(
        "SELECT id, client_type, user_agent, created_at, expires_at, last_used_at FROM token "
        "WHERE user_id = ? AND expires_at > ? ORDER BY id DESC",
        {user_id, now()}, [](const Row& row) {
          return TokenInfo{row.integer(0), row.text(1),    row.text(2),
                           row.integer(3), row.integer(4), row.optional_integer(5)};
        });
  });
}

bool Accounts::revoke_token(std::int64_t user_id, std::int64_t token_id) {
  return db_.write([&](Connection& db) {
    return db.run(
               "UPDATE token SET expires_at = ?1, updated_at = ?1 "
               "WHERE id = ?2 AND user_id = ?3 AND expires_at > ?1",
               {now(), token_id, user_id}) > 0;
  });
}

void Accounts::flush() {
  std::map<std::int64_t, Timestamp> tokens;
  std::map<std::int64_t, Timestamp> sessions;
  {
    const std::lock_guard lock(used_mutex_);
    tokens.swap(used_tokens_);
    sessions.swap(used_sessions_);
  }
  if (tokens.empty() && sessions.empty()) return;
  try {
    db_.write([&](Connection& db) {
      for (const auto& [id, time] : tokens) {
        db.run(
            "UPDATE token SET last_used_at = max(coalesce(last_used_at, ?1), ?1), updated_at = ?1 "
            "WHERE id = ?2",
            {time, id});
      }
      for (const auto& [id, time] : sessions) {
        db.run(
            "UPDATE session SET last_used_at = max(coalesce(last_used_at, ?1), ?1) WHERE id = ?2",
            {time, id});
      }
    });
  } catch (...) {  // kept for the next attempt, unless newer uses are known already
    const std::lock_guard lock(used_mutex_);
    used_tokens_.merge(tokens);
    used_sessions_.merge(sessions);
    throw;
  }
}

}  // namespace qfcsync::server
