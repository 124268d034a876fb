#pragma once

#include "repository/state.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace qfcsync::repository {

using ObjectKeys = std::unordered_set<chunk::ObjectKey, chunk::ObjectKeyHash>;

/// What rules keep and what they give up.
struct Retention {
  /// Ids of files to keep, newest first, by path; what only refs hold is under their names.
  std::map<std::string, std::vector<chunk::ObjectId>> kept;
  std::vector<PrunedVersion> pruned;  ///< those that still have their content
  std::uint64_t kept_versions = 0;
};

/// @errors Corrupt, NotFound: the history or a manifest that is kept is damaged
Retention decide_retention(State& state, const PruneRules& rules);

/// What follows for objects.
struct LiveObjects {
  ObjectKeys live;     ///< content of files that are kept
  ObjectKeys dead;     ///< content that nothing kept consists of
  ObjectKeys unbased;  ///< live, but a delta that leads to something dead: to be stored anew
  std::uint64_t dead_bytes = 0;  ///< as stored
};

LiveObjects find_live(State& state, const Retention& retention);

}  // namespace qfcsync::repository
