#include "repository/refs.hpp"

#include <qfcsync/error.hpp>

#include "base/utf8.hpp"
#include "history/git_name.hpp"

namespace qfcsync::repository {
namespace {

constexpr int kMaxRootAttempts = 20;

std::string ref_of(std::string_view name) {
  std::string ref = std::string(history::kTagPrefix).append(name);
  if (history::is_ref_name(ref)) return ref;
  throw Error(ErrorCode::InvalidArgument,
              "'" + base::to_valid_utf8(name.substr(0, history::kMaxRefNameBytes)) +
                  "' cannot name a version: use letters, digits and . _ + -");
}

/// Publishes roots until one is the newest.
///
/// @param change  makes a change to the refs; false: nothing is to be done
template <typename Change>
void change_refs(State& state, Change&& change) {
  for (int attempt = 0; attempt < kMaxRootAttempts; ++attempt) {
    history::Root next = Roots::successor(state.root());
    if (!change(next.refs) || state.publish(next, {})) return;
    state.refresh();
  }
  throw Error(ErrorCode::Busy, "others commit all the time; try again");
}

}  // namespace

void set_tag(State& state, std::string_view name, const chunk::ObjectId& version) {
  const std::string ref = ref_of(name);
  change_refs(state, [&](auto& refs) {
    const auto [found, is_new] = refs.emplace(ref, version);
    if (is_new || found->second == version) return is_new;
    throw Error(ErrorCode::AlreadyExists, std::string(name).append(" names version ") +
                                              history::git_hex(found->second) + " already");
  });
}

void remove_tag(State& state, std::string_view name) {
  const std::string ref = ref_of(name);
  change_refs(state, [&](auto& refs) {
    if (refs.erase(ref) > 0) return true;
    throw Error(ErrorCode::NotFound, std::string("no version is named ").append(name));
  });
}

std::vector<std::pair<std::string, std::string>> list_tags(State& state) {
  std::vector<std::pair<std::string, std::string>> tags;
  for (const auto& [ref, id] : state.root().root.refs) {
    if (ref.starts_with(history::kTagPrefix)) {
      tags.emplace_back(ref.substr(history::kTagPrefix.size()), history::git_hex(id));
    }
  }
  return tags;
}

}  // namespace qfcsync::repository
