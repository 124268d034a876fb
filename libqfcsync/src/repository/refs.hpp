#pragma once

#include "repository/state.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qfcsync::repository {

/// See Repository::tag(). @errors also Busy: others commit all the time
void set_tag(State& state, std::string_view name, const chunk::ObjectId& version);
void remove_tag(State& state, std::string_view name);
std::vector<std::pair<std::string, std::string>> list_tags(State& state);

}  // namespace qfcsync::repository
