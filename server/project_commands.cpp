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

/// Most versions that a project may keep of each file.
constexpr std::int64_t kMostKeptVersions = 100;

struct ProjectOptions {
  std::string data = Config{}.data.string();
  std::string id;
  std::string count;
};

/// "plan" is nullopt.
std::optional<std::int64_t> count_of(const std::string& text) {
  if (text == "plan") return std::nullopt;
  std::int64_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_good = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() &&
                       count >= 1 && count <= kMostKeptVersions;
  if (!is_good) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("COUNT is 1 to {}, or the word plan", kMostKeptVersions));
  }
  return count;
}

void keep_versions(const ProjectOptions& options) {
  const auto count = count_of(options.count);
  const int changed = OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    return db.run("UPDATE project SET keep_versions = ? WHERE id = ?", {count, options.id});
  });
  if (changed == 0) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no project {}", options.id));
  }
  fmt::print("from the next upload on, {} versions of each file are kept\n",
             count ? std::to_string(*count) : "as many as the plan says");
}

}  // namespace

void add_project_commands(CLI::App& app) {
  auto options = std::make_shared<ProjectOptions>();
  CLI::App* parent = app.add_subcommand("project", "Settings of a project that no client shows.");
  parent->require_subcommand(1);
  CLI::App* keep = parent->add_subcommand(
      "keep-versions", "Keep more or fewer versions of its files than the owner's plan says.");
  keep->add_option("ID", options->id, "Project")->required();
  keep->add_option("COUNT", options->count, "1 to 100, or plan")->required();
  keep->add_option("--data", options->data, "Data folder")->capture_default_str();
  keep->callback([options] { keep_versions(*options); });
}

}  // namespace qfcsync::server
