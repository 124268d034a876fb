#pragma once

#include "domain/oauth2_provider.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qfcsync::server {

/// Settings of the server. Every key of the configuration file is one member.
struct Config {
  std::filesystem::path data = "qfcsync-data";
  std::string host = "127.0.0.1";
  std::uint16_t port = 8010;
  std::int64_t token_lifetime_hours = 720;
  std::int64_t keep_versions = 10;            ///< newest versions kept of every file
  std::int64_t keep_attachment_versions = 0;  ///< the same of attachments; 0: as of other files
  std::int64_t job_timeout_seconds = 600;     ///< packaging that takes longer is broken off
  std::int64_t keep_job_output_days = 90;     ///< after that the log of a job is dropped
  std::int64_t min_range_bytes = 0;           ///< shorter ranges are refused
  std::int64_t worker_threads = 0;            ///< 0: four per processor
  /// How long the bytes of deleted older versions stay on disk; many are removed at once.
  std::int64_t prune_delay_seconds = 600;
  // What an account has unless its subscription says otherwise; -1 is as many as they like.
  std::string plan_code = "standard";
  std::string plan_display_name = "Standard";
  bool plan_is_premium = true;
  std::int64_t plan_storage_mb = 1'000'000;
  std::int64_t plan_storage_warning_mb = 1'000;  ///< clients warn when less is left
  std::int64_t plan_storage_critical_mb = 100;
  std::int64_t plan_max_members = -1;
  std::int64_t plan_max_collaborators = -1;
  bool plan_online_layers = true;
  std::string site_title = "qfcsync";
  bool password_login_enabled = true;
  bool signup_enabled = false;
  bool oauth2_pkce_enabled = true;  ///< of providers that do not say
  std::vector<OAuth2Provider> oauth2_providers;
  std::string log_level = "info";
};

/// Reads a TOML file over the defaults.
///
/// @errors InvalidArgument: unknown key or wrong type (message names it); NotFound, Corrupt
Config read_config(const std::filesystem::path& file);

/// A configuration file with every key, each with a comment that says what it does.
std::string config_text(const Config& config);

/// Splits "HOST:PORT" (also "[::1]:8010").
///
/// @errors InvalidArgument
void set_listen(Config& config, const std::string& text);

}  // namespace qfcsync::server
