#include "domain/subscriptions.hpp"

#include <qfcsync/error.hpp>

#include "domain/uuid.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace qfcsync::server {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 7> kStatuses = {"inactive_draft",
                                                       "inactive_draft_expired",
                                                       "inactive_requested_create",
                                                       "inactive_awaits_payment",
                                                       "active_paid",
                                                       "active_past_due",
                                                       "inactive_cancelled"};

Plan read_plan(const Row& row) {
  Plan plan;
  plan.code = row.text(0);
  plan.display_name = row.text(1);
  plan.is_premium = row.boolean(2);
  plan.storage_bytes = row.integer(3);
  plan.warning_bytes = row.integer(4);
  plan.critical_bytes = row.integer(5);
  plan.keep_versions = row.integer(6);
  plan.max_members = row.integer(7);
  plan.max_collaborators = row.integer(8);
  plan.allows_online_layers = row.boolean(9);
  return plan;
}

/// The account's own values over those of the plan.
void read_own_values(const Row& row, Subscription& subscription) {
  Plan& plan = subscription.plan;
  subscription.id = row.text(0);
  subscription.status = row.text(1);
  subscription.active_since = row.integer(2);
  subscription.active_until = row.optional_integer(3);
  plan.storage_bytes = row.optional_integer(4).value_or(plan.storage_bytes);
  plan.keep_versions = row.optional_integer(5).value_or(plan.keep_versions);
  plan.max_members = row.optional_integer(6).value_or(plan.max_members);
  plan.max_collaborators = row.optional_integer(7).value_or(plan.max_collaborators);
  plan.is_premium = row.optional_integer(8).value_or(plan.is_premium) != 0;
  plan.allows_online_layers = row.optional_integer(9).value_or(plan.allows_online_layers) != 0;
}

void require_range(const std::optional<std::int64_t>& value, std::int64_t least,
                   std::string_view what) {
  if (!value || *value >= least || *value == SubscriptionChange::kAsPlan) return;
  throw Error(ErrorCode::InvalidArgument, fmt::format("{} is at least {}", what, least));
}

}  // namespace

Plan plan_of(const Config& config) {
  Plan plan;
  plan.code = config.plan_code;
  plan.display_name = config.plan_display_name;
  plan.is_premium = config.plan_is_premium;
  plan.storage_bytes = config.plan_storage_mb * kBytesPerMb;
  plan.warning_bytes = config.plan_storage_warning_mb * kBytesPerMb;
  plan.critical_bytes = config.plan_storage_critical_mb * kBytesPerMb;
  plan.keep_versions = config.keep_versions;
  plan.max_members = config.plan_max_members;
  plan.max_collaborators = config.plan_max_collaborators;
  plan.allows_online_layers = config.plan_online_layers;
  return plan;
}

Plan plan_of(Connection& db) {
  const auto stored = db.first(
      "SELECT code, display_name, is_premium, storage_bytes, warning_bytes, critical_bytes, "
      "keep_versions, max_members, max_collaborators, allows_online_layers FROM plan",
      {}, read_plan);
  return stored ? *stored : plan_of(Config{});
}

void store_plan(Connection& db, const Plan& plan) {
  db.run("DELETE FROM plan");
  db.run("INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
         {plan.code, plan.display_name, plan.is_premium, plan.storage_bytes, plan.warning_bytes,
          plan.critical_bytes, plan.keep_versions, plan.max_members, plan.max_collaborators,
          plan.allows_online_layers});
}

bool Subscription::is_active() const { return status.starts_with("active_"); }

json subscription_json(const Subscription& subscription) {
  const Plan& plan = subscription.plan;
  return {{"uuid", subscription.id},
          {"plan_display_name", plan.display_name},
          {"plan_code", plan.code},
          {"plan_is_premium", plan.is_premium},
          {"status", subscription.status},
          {"active_since", to_iso(subscription.active_since)},
          {"active_until",
           subscription.active_until ? json(to_iso(*subscription.active_until)) : json(nullptr)},
          {"storage_used_bytes", subscription.used_bytes},
          {"active_storage_total_bytes", plan.storage_bytes},
          {"plan_storage_threshold_warning_bytes", plan.warning_bytes},
          {"plan_storage_threshold_critical_bytes", plan.critical_bytes}};
}

bool is_subscription_status(std::string_view status) {
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

Subscription find_subscription(Connection& db, std::int64_t user_id) {
  Subscription subscription;
  subscription.plan = plan_of(db);
  db.each(
      "SELECT id, status, active_since, active_until, storage_bytes, keep_versions, max_members, "
      "max_collaborators, is_premium, allows_online_layers FROM subscription WHERE user_id = ?",
      {user_id}, [&](const Row& row) { read_own_values(row, subscription); });
  subscription.used_bytes =
      db.integer("SELECT coalesce(sum(storage_bytes), 0) FROM project WHERE owner_id = ?",
                 {user_id})
          .value_or(0);
  return subscription;
}

Subscription ensure_subscription(Connection& db, std::int64_t user_id) {
  db.run(
      "INSERT OR IGNORE INTO subscription (user_id, id, status, active_since) "
      "SELECT id, ?2, ?3, created_at FROM user WHERE id = ?1",
      {user_id, new_uuid(), Subscription().status});
  return find_subscription(db, user_id);
}

void change_subscription(Connection& db, std::int64_t user_id, const SubscriptionChange& change) {
  if (change.status && !is_subscription_status(*change.status)) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("'{}' is no status; take one of {}", *change.status,
                            fmt::join(kStatuses, ", ")));
  }
  require_range(change.storage_bytes, 0, "the storage");
  require_range(change.keep_versions, 1, "the number of kept versions");
  require_range(change.max_members, kUnlimited, "the number of members");
  require_range(change.max_collaborators, kUnlimited, "the number of collaborators");
  ensure_subscription(db, user_id);
  if (change.status) {
    db.run("UPDATE subscription SET status = ? WHERE user_id = ?", {*change.status, user_id});
  }
  const auto set = [&](std::string_view column, const std::optional<std::int64_t>& value) {
    if (!value) return;
    const SqlParam stored =
        *value == SubscriptionChange::kAsPlan ? SqlParam(nullptr) : SqlParam(*value);
    db.run(fmt::format("UPDATE subscription SET {} = ? WHERE user_id = ?", column),
           {stored, user_id});
  };
  set("storage_bytes", change.storage_bytes);
  set("keep_versions", change.keep_versions);
  set("max_members", change.max_members);
  set("max_collaborators", change.max_collaborators);
  set("is_premium", change.is_premium);
  set("allows_online_layers", change.allows_online_layers);
}

void require_storage(Connection& db, std::int64_t owner_id, std::int64_t bytes) {
  if (bytes > find_subscription(db, owner_id).free_bytes()) throw errors::over_quota();
}

bool passes_quota(ClientType client) {
  return client == ClientType::QField || client == ClientType::Worker;
}

std::optional<ApiError> job_refusal(Connection& db, const ProjectRecord& project) {
  const Subscription subscription = find_subscription(db, project.owner_id);
  if (!subscription.is_active()) return errors::inactive_subscription();
  if (subscription.free_bytes() <= 0) return errors::over_quota();
  if (project.has_online_layers && !subscription.plan.allows_online_layers) {
    return errors::plan_insufficient();
  }
  return std::nullopt;
}

std::int64_t kept_versions(Connection& db, const std::string& project_id, const Config& config) {
  return db
      .integer(
          "SELECT coalesce(p.keep_versions, s.keep_versions, ?2) FROM project p "
          "LEFT JOIN subscription s ON s.user_id = p.owner_id WHERE p.id = ?1",
          {project_id, config.keep_versions})
      .value_or(config.keep_versions);
}

}  // namespace qfcsync::server
