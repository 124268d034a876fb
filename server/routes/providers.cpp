#include "routes/providers.hpp"

#include <algorithm>

namespace qfcsync::server {
namespace {

using nlohmann::json;

// Numbers of QGIS's OAuth2 plugin.
constexpr int kAuthorizationCode = 0;
constexpr int kAuthorizationCodeWithPkce = 3;

constexpr int kRedirectPort = 7070;  // where clients wait for the answer of the provider

std::string scope_text(const OAuth2Provider& provider) {
  const auto& words = provider.scope;
  std::string text;
  // Without it there is no id token, and nobody knows who has logged in.
  if (std::find(words.begin(), words.end(), "openid") == words.end()) text = "openid";
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

json theme_json(const ProviderTheme& theme, const std::string& origin) {
  return {{"logo", theme.logo.starts_with('/') ? origin + theme.logo : theme.logo},
          {"color_fill", theme.color_fill},
          {"color_stroke", theme.color_stroke},
          {"color_text", theme.color_text}};
}

json provider_json(const OAuth2Provider& provider, bool pkce_by_default,
                   const std::string& origin) {
  const bool has_pkce = provider.pkce_enabled.value_or(pkce_by_default);
  const std::string& refresh =
      provider.refresh_token_url.empty() ? provider.token_url : provider.refresh_token_url;
  return {{"type", "oauth2"},
          {"id", provider.id},
          {"name", provider.name},
          {"grant_flow", has_pkce ? kAuthorizationCodeWithPkce : kAuthorizationCode},
          {"scope", scope_text(provider)},
          {"pkce_enabled", has_pkce},
          {"token_url", provider.token_url},
          {"refresh_token_url", refresh},
          {"request_url", provider.request_url},
          {"redirect_host", "localhost"},
          {"redirect_port", kRedirectPort},
          {"redirect_url", ""},
          {"client_id", provider.client_id},
          {"extra_tokens", {{"id_token", "X-QFC-ID-Token"}}},
          {"idp_id_header", "X-QFC-IDP-ID"},
          {"styles",
           {{"required", provider.is_style_required},
            {"light", theme_json(provider.light, origin)},
            {"dark", theme_json(provider.dark, origin)}}}};
}

}  // namespace

json providers_json(const Call& call) {
  const Config& config = call.services.config;
  json providers = json::array();
  if (config.password_login_enabled) {
    providers.push_back(
        {{"type", "credentials"}, {"id", "credentials"}, {"name", "Username / Password"}});
  }
  for (const OAuth2Provider& provider : config.oauth2_providers) {
    providers.push_back(provider_json(provider, config.oauth2_pkce_enabled, call.request.origin()));
  }
  return providers;
}

}  // namespace qfcsync::server
