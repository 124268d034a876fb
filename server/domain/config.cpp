#include "domain/config.hpp"

#include <qfcsync/error.hpp>

#include "domain/provider_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace qfcsync::server {
namespace {

/// One key of the configuration file.
struct Setting {
  std::string_view key;
  std::string_view help;  ///< one sentence
  void (*set)(Config&, std::string_view key, const toml::node&);
  std::string (*show)(const Config&);  ///< as TOML
};

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::InvalidArgument, message);
}

std::string text_of(std::string_view key, const toml::node& node) {
  const auto value = node.value_exact<std::string>();
  if (!value) refuse(fmt::format("configuration: '{}' must be a text", key));
  return *value;
}

std::int64_t number_of(std::string_view key, const toml::node& node, std::int64_t least) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < least) {
    refuse(fmt::format("configuration: '{}' must be a whole number of at least {}", key, least));
  }
  return *value;
}

bool flag_of(std::string_view key, const toml::node& node) {
  const auto value = node.value_exact<bool>();
  if (!value) refuse(fmt::format("configuration: '{}' must be true or false", key));
  return *value;
}

std::string toml_text(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

std::string listen_text(const Config& config) {
  const bool is_ipv6 = config.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_ipv6 ? "[{}]:{}" : "{}:{}"), config.host, config.port);
}

std::string log_level_of(const std::string& name) {
  static const std::set<std::string> kLevels = {"debug", "info", "warning", "error", "off"};
  if (!kLevels.contains(name)) {
    refuse(fmt::format(
        "configuration: '{}' is no log_level; take debug, info, warning, error or off", name));
  }
  return name;
}

template <std::string Config::*Member>
constexpr Setting text(std::string_view key, std::string_view help) {
  return {key, help,
          [](Config& config, std::string_view name, const toml::node& node) {
            config.*Member = text_of(name, node);
          },
          [](const Config& config) { return toml_text(config.*Member); }};
}

template <std::int64_t Config::*Member, std::int64_t Least>
constexpr Setting number(std::string_view key, std::string_view help) {
  return {key, help,
          [](Config& config, std::string_view name, const toml::node& node) {
            config.*Member = number_of(name, node, Least);
          },
          [](const Config& config) { return std::to_string(config.*Member); }};
}

template <bool Config::*Member>
constexpr Setting flag(std::string_view key, std::string_view help) {
  return {key, help,
          [](Config& config, std::string_view name, const toml::node& node) {
            config.*Member = flag_of(name, node);
          },
          [](const Config& config) { return std::string(config.*Member ? "true" : "false"); }};
}

constexpr Setting kData = {"data", "Folder with all state.",
                           [](Config& config, std::string_view key, const toml::node& node) {
                             config.data = text_of(key, node);
                           },
                           [](const Config& config) { return toml_text(config.data.string()); }};

constexpr Setting kListen = {"listen", "HOST:PORT to listen on; port 0 takes a free one.",
                             [](Config& config, std::string_view key, const toml::node& node) {
                               set_listen(config, text_of(key, node));
                             },
                             [](const Config& config) { return toml_text(listen_text(config)); }};

constexpr Setting kLogLevel = {"log_level", "debug, info, warning, error or off.",
                               [](Config& config, std::string_view key, const toml::node& node) {
                                 config.log_level = log_level_of(text_of(key, node));
                               },
                               [](const Config& config) { return toml_text(config.log_level); }};

constexpr Setting kProviders = {
    "oauth2_providers", "Identity providers that clients are told of; README.md has an example.",
    [](Config& config, std::string_view, const toml::node& node) {
      config.oauth2_providers = providers_of(node);
    },
    [](const Config& config) { return toml_of(config.oauth2_providers); }};

/// Every key of the file, in the order in which they are printed.
constexpr std::array kSettings = {
    kData,
    kListen,
    number<&Config::token_lifetime_hours, 1>("token_lifetime_hours",
                                             "A login is valid for so long."),
    number<&Config::keep_versions, 1>("keep_versions",
                                      "Newest versions kept of every file, unless the owner's "
                                      "subscription or the project says otherwise."),
    number<&Config::keep_attachment_versions, 0>(
        "keep_attachment_versions",
        "Newest versions kept of every attachment, if fewer; 0: as many as of other files."),
    number<&Config::job_timeout_seconds, 1>("job_timeout_seconds",
                                            "Packaging that takes longer is broken off."),
    number<&Config::keep_job_output_days, 1>("keep_job_output_days",
                                             "After so many days the log of a job is dropped."),
    number<&Config::min_range_bytes, 0>("min_range_bytes", "Shorter ranges are refused."),
    number<&Config::worker_threads, 0>("worker_threads",
                                       "Threads that answer requests; 0: four per processor."),
    number<&Config::prune_delay_seconds, 0>(
        "prune_delay_seconds",
        "How long the bytes of deleted older versions stay on disk; many are removed at once."),
    text<&Config::plan_code>("plan_code",
                             "Short name of the plan that every account has unless `subscription "
                             "set` gave it something else."),
    text<&Config::plan_display_name>("plan_display_name", "Name of the plan, shown by clients."),
    flag<&Config::plan_is_premium>("plan_is_premium", "Whether clients call the plan premium."),
    number<&Config::plan_storage_mb, 0>(
        "plan_storage_mb", "Storage of an account for all versions of its files, in 10^6 bytes."),
    number<&Config::plan_storage_warning_mb, 0>("plan_storage_warning_mb",
                                                "Clients warn when less than this is left."),
    number<&Config::plan_storage_critical_mb, 0>(
        "plan_storage_critical_mb", "Clients warn loudly when less than this is left."),
    number<&Config::plan_max_members, -1>("plan_max_members",
                                          "Most members of an organization; -1: no limit."),
    number<&Config::plan_max_collaborators, -1>(
        "plan_max_collaborators",
        "Most persons who are collaborators of a private project; with more of them nobody's role "
        "on it holds; -1: no limit."),
    flag<&Config::plan_online_layers>(
        "plan_online_layers", "Whether projects with layers of online databases are packaged."),
    text<&Config::site_title>("site_title", "Name of this server, shown by clients."),
    flag<&Config::password_login_enabled>("password_login_enabled",
                                          "Whether people log in with a password."),
    flag<&Config::signup_enabled>("signup_enabled",
                                  "Whether anybody may make an account at /accounts/signup/."),
    flag<&Config::oauth2_pkce_enabled>("oauth2_pkce_enabled",
                                       "Whether identity providers that do not say want PKCE."),
    kProviders,
    kLogLevel,
};

void set_key(Config& config, std::string_view key, const toml::node& node) {
  const auto* const found = std::find_if(kSettings.begin(), kSettings.end(),
                                         [&](const Setting& known) { return known.key == key; });
  if (found == kSettings.end()) refuse(fmt::format("configuration: unknown key '{}'", key));
  found->set(config, key, node);
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) {
    throw Error(ErrorCode::NotFound,
                fmt::format("there is no configuration file {}", file.string()));
  }
  Config config;
  try {
    const toml::table table = toml::parse_file(file.string());
    for (const auto& [key, node] : table) set_key(config, key.str(), node);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::Corrupt, fmt::format("{}:{}: {}", file.string(),
                                                error.source().begin.line, error.description()));
  }
  return config;
}

std::string config_text(const Config& config) {
  std::string text;
  for (const Setting& setting : kSettings) {
    text += fmt::format("# {}\n{} = {}\n\n", setting.help, setting.key, setting.show(config));
  }
  text.pop_back();
  return text;
}

void set_listen(Config& config, const std::string& text) {
  const auto colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const bool has_port = colon != std::string::npos && colon + 1 < text.size();
  const auto parsed = std::from_chars(text.data() + (has_port ? colon + 1 : 0), end, port);
  if (!has_port || host.empty() || parsed.ec != std::errc() || parsed.ptr != end || port > 65535) {
    refuse(fmt::format("'{}' is no address: write HOST:PORT, for example 127.0.0.1:8010", text));
  }
  config.host = std::move(host);
  config.port = static_cast<std::uint16_t>(port);
}

}  // namespace qfcsync::server
