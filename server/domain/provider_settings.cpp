#include "domain/provider_settings.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <initializer_list>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::string_view kThemeKeys[] = {"logo", "color_fill", "color_stroke", "color_text"};
constexpr std::string_view kKeys[] = {
    "id",          "name",      "client_id",         "scope",          "pkce_enabled",
    "request_url", "token_url", "refresh_token_url", "style_required", "light",
    "dark"};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::InvalidArgument, "configuration: oauth2_providers: " + what);
}

const toml::table& table_of(const toml::node& node, std::string_view where) {
  if (!node.is_table()) refuse(fmt::format("{} must be a table", where));
  return *node.as_table();
}

template <std::size_t Count>
void check_keys(const toml::table& table, const std::string_view (&known)[Count]) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "client_secret") {
      refuse(
          "leave out 'client_secret': clients log in without it, so it would only be one "
          "more place to lose it");
    }
    if (std::find(std::begin(known), std::end(known), name) == std::end(known)) {
      refuse(fmt::format("unknown key '{}'", name));
    }
  }
}

void read_text(const toml::table& table, std::string_view key, std::string& value) {
  const toml::node* node = table.get(key);
  if (!node) return;
  const auto text = node->value_exact<std::string>();
  if (!text) refuse(fmt::format("'{}' must be a text", key));
  value = *text;
}

std::optional<bool> flag_of(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (!node) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) refuse(fmt::format("'{}' must be true or false", key));
  return value;
}

void read_theme(const toml::table& table, std::string_view key, ProviderTheme& theme) {
  const toml::node* node = table.get(key);
  if (!node) return;
  const toml::table& values = table_of(*node, key);
  check_keys(values, kThemeKeys);
  read_text(values, "logo", theme.logo);
  read_text(values, "color_fill", theme.color_fill);
  read_text(values, "color_stroke", theme.color_stroke);
  read_text(values, "color_text", theme.color_text);
}

std::vector<std::string> scope_of(const toml::table& table) {
  std::vector<std::string> scope;
  const toml::node* node = table.get("scope");
  if (!node) return scope;
  const toml::array* words = node->as_array();
  if (!words) refuse("'scope' must be an array of texts");
  for (const toml::node& word : *words) {
    const auto text = word.value_exact<std::string>();
    if (!text) refuse("'scope' must be an array of texts");
    scope.push_back(*text);
  }
  return scope;
}

OAuth2Provider provider_of(const toml::table& table) {
  check_keys(table, kKeys);
  OAuth2Provider provider;
  read_text(table, "id", provider.id);
  read_text(table, "name", provider.name);
  read_text(table, "client_id", provider.client_id);
  read_text(table, "request_url", provider.request_url);
  read_text(table, "token_url", provider.token_url);
  read_text(table, "refresh_token_url", provider.refresh_token_url);
  provider.scope = scope_of(table);
  provider.pkce_enabled = flag_of(table, "pkce_enabled");
  provider.is_style_required = flag_of(table, "style_required").value_or(false);
  read_theme(table, "light", provider.light);
  read_theme(table, "dark", provider.dark);
  for (const auto& [key, value] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"id", provider.id},
           {"name", provider.name},
           {"client_id", provider.client_id},
           {"request_url", provider.request_url},
           {"token_url", provider.token_url}}) {
    if (value.empty()) refuse(fmt::format("'{}' is missing", key));
  }
  return provider;
}

toml::table theme_table(const ProviderTheme& theme) {
  return toml::table{{"logo", theme.logo},
                     {"color_fill", theme.color_fill},
                     {"color_stroke", theme.color_stroke},
                     {"color_text", theme.color_text}};
}

}  // namespace

std::vector<OAuth2Provider> providers_of(const toml::node& node) {
  std::vector<OAuth2Provider> providers;
  const toml::array* entries = node.as_array();
  if (!entries) refuse("it must be an array of tables");
  for (const toml::node& entry : *entries) {
    providers.push_back(provider_of(table_of(entry, "each entry")));
  }
  return providers;
}

std::string toml_of(const std::vector<OAuth2Provider>& providers) {
  toml::array entries;
  for (const OAuth2Provider& provider : providers) {
    toml::array scope;
    for (const std::string& word : provider.scope) scope.push_back(word);
    toml::table entry{{"id", provider.id},
                      {"name", provider.name},
                      {"client_id", provider.client_id},
                      {"scope", scope},
                      {"request_url", provider.request_url},
                      {"token_url", provider.token_url},
                      {"refresh_token_url", provider.refresh_token_url},
                      {"style_required", provider.is_style_required},
                      {"light", theme_table(provider.light)},
                      {"dark", theme_table(provider.dark)}};
    if (provider.pkce_enabled) entry.insert("pkce_enabled", *provider.pkce_enabled);
    entry.is_inline(true);
    entries.push_back(entry);
  }
  std::ostringstream out;
  out << entries;
  return out.str();
}

}  // namespace qfcsync::server
