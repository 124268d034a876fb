#pragma once

#include <optional>
#include <string>
#include <vector>

namespace qfcsync::server {

/// How clients paint the button of a provider.
struct ProviderTheme {
  std::string logo;  ///< a URL, or a path of this server
  std::string color_fill;
  std::string color_stroke;
  std::string color_text;
};

/// An identity provider that clients are told of. They log in there by themselves, without a
/// secret, so that there is none to keep here.
struct OAuth2Provider {
  std::string id;
  std::string name;
  std::string client_id;
  std::vector<std::string> scope;
  std::optional<bool> pkce_enabled;  ///< nullopt: as oauth2_pkce_enabled says
  std::string request_url;
  std::string token_url;
  std::string refresh_token_url;  ///< "": the token_url
  bool is_style_required = false;
  ProviderTheme light{"/static/qfcsync.svg", "#FFFFFF", "#888888", "#222222"};
  ProviderTheme dark{"/static/qfcsync.svg", "#222222", "#888888", "#EEEEEE"};
};

}  // namespace qfcsync::server
