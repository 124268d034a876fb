#include "repository/fold.hpp"

#include "chunk/limits.hpp"
#include "repository/copy_packs.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qfcsync::repository {
namespace {

using Packs = std::vector<history::RootPack>;

/// The small packs of the lowest level that has many.
Packs packs_to_fold(const history::Root& root) {
  std::map<std::uint32_t, Packs> by_level;
  for (const history::RootPack& pack : root.packs) {
    if (pack.bytes < kSmallPackBytes) by_level[pack.level].push_back(pack);
  }
  for (auto& [level, packs] : by_level) {
    if (packs.size() < kManySmallPacks) continue;
    std::uint64_t bytes = 0;
    std::uint64_t objects = 0;
    const auto end = std::ranges::find_if(packs, [&](const history::RootPack& pack) {
      bytes += pack.bytes;
      objects += pack.objects;
      return bytes > chunk::kMaxPackBytes || objects > chunk::kMaxPackObjects;
    });
    packs.erase(end, packs.end());
    return packs;
  }
  return {};
}

}  // namespace

void fold_small_packs(State& state) {
  const Packs packs = packs_to_fold(state.root().root);
  if (packs.size() < 2) return;
  NewObjects objects(state.store(), state.objects(), packs.front().level + 1);
  copy_packs(state.packs(), packs, {}, objects);
  std::set<chunk::ObjectId> folded;
  for (const history::RootPack& pack : packs) folded.insert(pack.id);
  history::Root next = Roots::successor(state.root());
  std::erase_if(next.packs,
                [&](const history::RootPack& pack) { return folded.contains(pack.id); });
  const std::vector<NewPack>& made = objects.finish();
  for (const NewPack& pack : made) next.packs.push_back(pack.pack);
  std::ranges::sort(next.packs, {}, &history::RootPack::id);
  state.publish(next, made);
}

}  // namespace qfcsync::repository
