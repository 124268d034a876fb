#pragma once

#include "db/database.hpp"
#include "domain/client_type.hpp"
#include "domain/config.hpp"
#include "domain/projects.hpp"
#include "domain/timestamp.hpp"
#include "http/api_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace qfcsync::server {

/// In plans and subscriptions: as many as they like.
inline constexpr std::int64_t kUnlimited = -1;
inline constexpr std::int64_t kBytesPerMb = 1'000'000;

/// What every account has unless its subscription says otherwise.
struct Plan {
  std::string code;
  std::string display_name;
  bool is_premium = true;
  std::int64_t storage_bytes = 0;
  std::int64_t warning_bytes = 0;  ///< clients warn when less than this is left
  std::int64_t critical_bytes = 0;
  std::int64_t keep_versions = 0;
  std::int64_t max_members = kUnlimited;
  std::int64_t max_collaborators = kUnlimited;  ///< persons on a private project
  bool allows_online_layers = true;
};

/// The plan as the configuration has it.
Plan plan_of(const Config& config);
/// The plan that was stored last; that of the default configuration before.
Plan plan_of(Connection& db);
void store_plan(Connection& db, const Plan& plan);

/// What an account may use and what it uses.
struct Subscription {
  std::string id;  ///< "" until somebody asks for it or changes it
  std::string status = "active_paid";
  Timestamp active_since = 0;
  std::optional<Timestamp> active_until;
  Plan plan;  ///< with what is different for this account
  std::int64_t used_bytes = 0;

  bool is_active() const;
  std::int64_t free_bytes() const { return plan.storage_bytes - used_bytes; }
};

/// The subscription object of the API.
nlohmann::json subscription_json(const Subscription& subscription);

bool is_subscription_status(std::string_view status);

/// Reads only; an account that never had a subscription of its own has the plan's.
Subscription find_subscription(Connection& db, std::int64_t user_id);

/// Makes the account's subscription if it has none, so that it has an id.
Subscription ensure_subscription(Connection& db, std::int64_t user_id);

/// What changes; nullopt = stays, kAsPlan = as the plan says.
struct SubscriptionChange {
  static constexpr std::int64_t kAsPlan = -2;
  std::optional<std::string> status;
  std::optional<std::int64_t> storage_bytes;
  std::optional<std::int64_t> keep_versions;
  std::optional<std::int64_t> max_members;
  std::optional<std::int64_t> max_collaborators;
  std::optional<std::int64_t> is_premium;
  std::optional<std::int64_t> allows_online_layers;
};

/// @errors InvalidArgument: a value makes no sense (message says which)
void change_subscription(Connection& db, std::int64_t user_id, const SubscriptionChange& change);

/// Refuses when a content of so many bytes does not fit any more; 0 asks whether the account is
/// over its quota. Use it for whoever is to own the content, in the transaction that adds it.
///
/// @errors ApiError over_quota
void require_storage(Connection& db, std::int64_t owner_id, std::int64_t bytes);

/// Whether uploads of this client are taken whatever the quota: work from the field is never lost.
bool passes_quota(ClientType client);

/// Why the server may not package or apply deltas for the owner of the project; nullopt = it may.
std::optional<ApiError> job_refusal(Connection& db, const ProjectRecord& project);

/// How many versions of each file of the project are kept.
std::int64_t kept_versions(Connection& db, const std::string& project_id, const Config& config);

}  // namespace qfcsync::server
