#include "repository/collect.hpp"

#include <qfcsync/error.hpp>

#include <set>
#include <string>
#include <vector>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kListedAtOnce = 1000;
constexpr int kMaxRootAttempts = 20;

std::vector<BlobInfo> list_all(BlobStore& store, std::string_view prefix) {
  std::vector<BlobInfo> all;
  for (;;) {
    auto part = store.list(prefix, all.empty() ? std::string() : all.back().name, kListedAtOnce);
    if (part.empty()) return all;
    all.insert(all.end(), std::make_move_iterator(part.begin()),
               std::make_move_iterator(part.end()));
  }
}

std::vector<BlobInfo> list_roots(BlobStore& store) {
  std::vector<BlobInfo> roots = list_all(store, history::kRootPrefix);
  std::erase_if(roots, [](const BlobInfo& blob) { return !history::parse_root_name(blob.name); });
  return roots;
}

/// What the store's clock says: a root is made for it when nobody else has made one just now.
Timestamp store_time(State& state) {
  int attempt = 0;
  while (!state.publish(Roots::successor(state.root()), {})) {
    if (++attempt == kMaxRootAttempts) {
      throw Error(ErrorCode::Busy, "others commit all the time; try again");
    }
    state.refresh();
  }
  const auto info = state.store().stat(history::root_name(state.root().root.generation));
  if (!info) throw Error(ErrorCode::Io, "the store has no root that was made a moment ago");
  return info->modified;
}

/// Packs that somebody may still read from: of each root that was the newest within the time.
std::set<chunk::ObjectId> protected_packs(State& state, const std::vector<BlobInfo>& roots,
                                          Timestamp since) {
  std::set<chunk::ObjectId> packs;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const bool was_newest = i + 1 == roots.size() || roots[i + 1].modified > since;
    if (!was_newest) continue;
    const auto generation = history::parse_root_name(roots[i].name);
    for (const history::RootPack& pack : state.roots().read(*generation).root.packs) {
      packs.insert(pack.id);
    }
  }
  return packs;
}

void remove_packs(State& state, const std::set<chunk::ObjectId>& kept, Timestamp since,
                  PruneReport& report) {
  for (const BlobInfo& blob : list_all(state.store(), history::kPackPrefix)) {
    const auto id = history::parse_pack_name(blob.name);
    // A young one may be of a commit that is being made.
    if (!id || kept.contains(*id) || blob.modified > since) continue;
    state.store().remove(blob.name);
    ++report.removed_packs;
    report.removed_bytes += blob.size;
  }
}

void remove_roots(State& state, const std::vector<BlobInfo>& roots, Timestamp now,
                  PruneReport& report) {
  // From the beginning, so that what is there has no gaps.
  for (std::size_t i = 0; i + kFewestRoots < roots.size(); ++i) {
    if (roots[i].modified > now - kRootAge) return;
    state.store().remove(roots[i].name);
    ++report.removed_roots;
  }
}

}  // namespace

void collect(State& state, const PruneRules& rules, PruneReport& report) {
  const Timestamp now = store_time(state);
  const std::vector<BlobInfo> roots = list_roots(state.store());
  const std::set<chunk::ObjectId> kept = protected_packs(state, roots, now - rules.grace);
  remove_packs(state, kept, now - rules.grace, report);
  remove_roots(state, roots, now, report);
}

}  // namespace qfcsync::repository
