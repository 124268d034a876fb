#pragma once

#include "domain/oauth2_provider.hpp"

#include <string>
#include <vector>

#include <toml++/toml.h>

namespace qfcsync::server {

/// The key `oauth2_providers` of the configuration: an array of tables.
///
/// @errors InvalidArgument: no such array, an unknown or missing key, a wrong type (message names
///         it, but never a value)
std::vector<OAuth2Provider> providers_of(const toml::node& node);

/// The same as TOML, as a value.
std::string toml_of(const std::vector<OAuth2Provider>& providers);

}  // namespace qfcsync::server
