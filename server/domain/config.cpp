#include "domain/config.hpp"

#include <qfcsync/error.hpp>

#include <charconv>
#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace qfcsync::server {
namespace {

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

std::string log_level_of(const std::string& name) {
  static const std::set<std::string> kLevels = {"debug", "info", "warning", "error", "off"};
  if (!kLevels.contains(name)) {
    refuse(fmt::format(
        "configuration: '{}' is no log_level; take debug, info, warning, error or off", name));
  }
  return name;
}

void set_key(Config& config, std::string_view key, const toml::node& node) {
  if (key == "data") {
    config.data = text_of(key, node);
  } else if (key == "listen") {
    set_listen(config, text_of(key, node));
  } else if (key == "token_lifetime_hours") {
    config.token_lifetime_hours = number_of(key, node, 1);
  } else if (key == "keep_versions") {
    config.keep_versions = number_of(key, node, 1);
  } else if (key == "min_range_bytes") {
    config.min_range_bytes = number_of(key, node, 0);
  } else if (key == "worker_threads") {
    config.worker_threads = number_of(key, node, 0);
  } else if (key == "prune_delay_seconds") {
    config.prune_delay_seconds = number_of(key, node, 0);
  } else if (key == "site_title") {
    config.site_title = text_of(key, node);
  } else if (key == "log_level") {
    config.log_level = log_level_of(text_of(key, node));
  } else {
    refuse(fmt::format("configuration: unknown key '{}'", key));
  }
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
