#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

using PathParams = std::map<std::string, std::string, std::less<>>;

/// Matches a decoded path against a route pattern (see Route).
///
/// One trailing slash of the path belongs to the route, not to the last parameter.
///
/// @return  the parameters, or nullopt when it does not match
std::optional<PathParams> match_path(std::string_view pattern, std::string_view path);

}  // namespace qfcsync::server
