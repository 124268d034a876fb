#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "domain/subscriptions.hpp"
#include "open_accounts.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace qfcsync::server {
namespace {

struct SubscriptionOptions {
  std::string data = Config{}.data.string();
  std::string name;
  std::string status;
  std::string storage;
  std::string keep_versions;
  std::string max_members;
  std::string max_collaborators;
  std::string premium;
  std::string online_layers;
};

constexpr std::string_view kPlanWord = "plan";

User require_account(Connection& db, const std::string& name) {
  auto user = find_user(db, name);
  if (!user || user->type == kTeam) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no account {}", name));
  }
  return *std::move(user);
}

std::int64_t whole_number(std::string_view text, std::string_view option) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("{} takes a whole number, or the word plan", option));
  }
  return value;
}

/// nullopt for an option that was not given.
std::optional<std::int64_t> number_option(const std::string& text, std::string_view option) {
  if (text.empty()) return std::nullopt;
  if (text == kPlanWord) return SubscriptionChange::kAsPlan;
  if (text == "unlimited") return kUnlimited;
  const std::int64_t value = whole_number(text, option);
  if (value < kUnlimited) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("{} is at least -1", option));
  }
  return value;
}

/// "10MB", "2GB", "500" bytes; decimal units as in plans.
std::optional<std::int64_t> size_option(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == kPlanWord) return SubscriptionChange::kAsPlan;
  std::string_view digits = text;
  std::int64_t unit = 1;
  for (const auto& [suffix, bytes] : {std::pair<std::string_view, std::int64_t>{"KB", 1'000},
                                      {"MB", kBytesPerMb},
                                      {"GB", 1'000 * kBytesPerMb},
                                      {"TB", 1'000'000 * kBytesPerMb}}) {
    if (!digits.ends_with(suffix)) continue;
    digits.remove_suffix(suffix.size());
    unit = bytes;
  }
  constexpr std::int64_t kMost = 1'000'000'000 * kBytesPerMb;
  const std::int64_t count = whole_number(digits, "--storage");
  if (count < 0 || count > kMost / unit) {
    throw Error(ErrorCode::InvalidArgument, "--storage is 0 to 1000000 TB");
  }
  return count * unit;
}

std::optional<std::int64_t> flag_option(const std::string& text, std::string_view option) {
  if (text.empty()) return std::nullopt;
  if (text == kPlanWord) return SubscriptionChange::kAsPlan;
  if (text == "yes" || text == "no") return text == "yes" ? 1 : 0;
  throw Error(ErrorCode::InvalidArgument, fmt::format("{} takes yes, no or plan", option));
}

std::string count_text(std::int64_t count) {
  return count == kUnlimited ? "no limit" : std::to_string(count);
}

void print(const std::string& name, const Subscription& subscription) {
  const Plan& plan = subscription.plan;
  fmt::print(
      "account: {}\nplan: {}\nstatus: {}\nstorage: {} of {} bytes used\nkept versions: {}\n"
      "members: {}\ncollaborators of a private project: {}\npremium: {}\nonline layers: {}\n",
      name, plan.display_name, subscription.status, subscription.used_bytes, plan.storage_bytes,
      plan.keep_versions, count_text(plan.max_members), count_text(plan.max_collaborators),
      plan.is_premium ? "yes" : "no", plan.allows_online_layers ? "yes" : "no");
}

void show(const SubscriptionOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.read([&](Connection& db) {
    print(options.name, find_subscription(db, require_account(db, options.name).id));
  });
}

void set(const SubscriptionOptions& options) {
  SubscriptionChange change;
  if (!options.status.empty()) change.status = options.status;
  change.storage_bytes = size_option(options.storage);
  change.keep_versions = number_option(options.keep_versions, "--keep-versions");
  change.max_members = number_option(options.max_members, "--max-members");
  change.max_collaborators = number_option(options.max_collaborators, "--max-collaborators");
  change.is_premium = flag_option(options.premium, "--premium");
  change.allows_online_layers = flag_option(options.online_layers, "--online-layers");
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    const User account = require_account(db, options.name);
    change_subscription(db, account.id, change);
    print(options.name, find_subscription(db, account.id));
  });
}

}  // namespace

void add_subscription_commands(CLI::App& app) {
  auto options = std::make_shared<SubscriptionOptions>();
  CLI::App* parent = app.add_subcommand(
      "subscription", "What an account may use. The server's configuration has the plan of all.");
  parent->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* help,
                           void (*work)(const SubscriptionOptions&)) {
    CLI::App* command = parent->add_subcommand(name, help);
    command->add_option("NAME", options->name, "User or organization")->required();
    command->add_option("--data", options->data, "Data folder")->capture_default_str();
    command->callback([options, work] { work(*options); });
    return command;
  };
  add_one("show", "Show what an account may use and uses.", show);
  CLI::App* change =
      add_one("set", "Change what an account may use; every option also takes the word plan.", set);
  change->add_option("--status", options->status, "active_paid, inactive_cancelled, ...");
  change->add_option("--storage", options->storage, "For example 500MB or 20GB, decimal units");
  change->add_option("--keep-versions", options->keep_versions, "Newest versions kept of a file");
  change->add_option("--max-members", options->max_members,
                     "Of an organization; -1 or unlimited: no limit");
  change->add_option("--max-collaborators", options->max_collaborators,
                     "Persons on a private project; -1 or unlimited: no limit");
  change->add_option("--premium", options->premium, "yes or no; shown by clients");
  change->add_option("--online-layers", options->online_layers,
                     "yes or no: package projects with layers of online databases");
}

}  // namespace qfcsync::server
