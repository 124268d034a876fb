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
          return Principal{row.integer(1), row.text(2), row.boolean(3),
                           client_type_named(row.text(4)).value_or(ClientType::Unknown)};
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

void Accounts::flush() {
  std::map<std::int64_t, Timestamp> used;
  {
    const std::lock_guard lock(used_mutex_);
    used.swap(used_tokens_);
  }
  if (used.empty()) return;
  try {
    db_.write([&](Connection& db) {
      for (const auto& [token_id, time] : used) {
        db.run(
            "UPDATE token SET last_used_at = max(coalesce(last_used_at, ?1), ?1), updated_at = ?1 "
            "WHERE id = ?2",
            {time, token_id});
      }
    });
  } catch (...) {  // kept for the next attempt, unless newer uses are known already
    const std::lock_guard lock(used_mutex_);
    used_tokens_.merge(used);
    throw;
  }
}

}  // namespace qfcsync::server
