#include "repository/prune.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/file_encoder.hpp"
#include "chunk/object_encoder.hpp"
#include "repository/collect.hpp"
#include "repository/copy_packs.hpp"
#include "repository/retention.hpp"

#include <algorithm>
#include <utility>

namespace qfcsync::repository {
namespace {

using chunk::ObjectKey;
using chunk::ObjectKind;

constexpr int kMaxRootAttempts = 5;

/// Stores what is kept anew, without what is given up.
///
/// A delta that leads to something dead is made again: the newest version plain, each older one
/// against the one after it. All other objects keep their records, and none of them stands on one
/// that is made again; so no circle can come about.
class Repacker {
 public:
  Repacker(State& state, const Retention& retention, const LiveObjects& objects)
      : state_(state),
        retention_(retention),
        objects_(objects),
        made_(state.store(), state.objects(), kLevel),
        made_decoder_(made_),
        encoder_(made_, made_decoder_) {}

  /// @return false: somebody else made a root meanwhile
  bool run() {
    history::Root next = Roots::successor(state_.root());
    const auto to_go = std::ranges::stable_partition(
        next.packs, [&](const history::RootPack& pack) { return !is_to_go(pack); });
    const std::vector<history::RootPack> replaced(to_go.begin(), to_go.end());
    next.packs.erase(to_go.begin(), to_go.end());
    for (const history::RootPack& pack : replaced) verify(pack);
    for (const auto& [group, files] : retention_.kept) store_unbased(files);
    copy_packs(
        state_.packs(), replaced, [&](const ObjectKey& key) { return is_done_with(key); }, made_);
    const std::vector<NewPack>& packs = made_.finish();
    for (const NewPack& pack : packs) next.packs.push_back(pack.pack);
    std::ranges::sort(next.packs, {}, &history::RootPack::id);
    return state_.publish(next, packs);
  }

 private:
  static constexpr std::uint32_t kLevel = 1;

  void store_unbased(const std::vector<chunk::ObjectId>& newest_first) {
    std::optional<chunk::PreviousVersion> successor;
    for (const chunk::ObjectId& file : newest_first) {
      chunk::Manifest manifest = chunk::read_manifest(state_.decoder(), file);
      const auto* after = successor ? &successor->manifest.chunks : nullptr;
      for (std::size_t i = 0; i < manifest.chunks.size(); ++i) {
        const bool has_base = after != nullptr && i < after->size();
        store_one({ObjectKind::Chunk, manifest.chunks[i]}, has_base ? &(*after)[i] : nullptr);
      }
      store_one({ObjectKind::Manifest, file}, successor ? &successor->id : nullptr);
      successor = chunk::PreviousVersion{file, std::move(manifest)};
    }
  }

  void store_one(const ObjectKey& key, const chunk::ObjectId* base) {
    if (!objects_.unbased.contains(key) || made_.is_new(key)) return;
    std::vector<chunk::ObjectId> bases;
    // Only what is right already: not one that is still to be made again.
    const bool is_right = base != nullptr && (made_.is_new({key.kind, *base}) ||
                                              !objects_.unbased.contains({key.kind, *base}));
    if (is_right) bases.push_back(*base);
    const chunk::RawBytes raw = state_.decoder().decode(key.kind, key.id);
    made_.add(encoder_.encode(key.kind, key.id, *raw, bases));
  }

  bool is_done_with(const ObjectKey& key) const {
    return objects_.dead.contains(key) || objects_.unbased.contains(key);
  }

  bool is_to_go(const history::RootPack& pack) {
    return std::ranges::any_of(state_.index().objects_of(pack.id), [&](const Located& object) {
      return is_done_with({object.record.kind, object.record.id});
    });
  }

  /// Damage must not get into a pack with a good name.
  void verify(const history::RootPack& pack) {
    const auto bytes = state_.packs().open(pack);
    chunk::verify_pack(*bytes, pack.id);
  }

  State& state_;
  const Retention& retention_;
  const LiveObjects& objects_;
  NewObjects made_;
  chunk::ObjectDecoder made_decoder_;  // of bases, as they will be
  chunk::ObjectEncoder encoder_;
};

PruneReport report_of(const Retention& retention, const LiveObjects& objects) {
  PruneReport report;
  report.pruned = retention.pruned;
  report.kept_versions = retention.kept_versions;
  report.dead_bytes = objects.dead_bytes;
  return report;
}

/// On an index that is complete, and that nobody changes meanwhile: what it does not list would be
/// given up.
std::pair<Retention, LiveObjects> decide(State& state, const PruneRules& rules) {
  Index::Transaction transaction(state.index());
  state.check_index();
  Retention retention = decide_retention(state, rules);
  LiveObjects objects = find_live(state, retention);
  return {std::move(retention), std::move(objects)};
}

}  // namespace

PruneReport prune(State& state, const PruneRules& rules) {
  for (int attempt = 0; attempt < kMaxRootAttempts; ++attempt) {
    const auto [retention, objects] = decide(state, rules);
    PruneReport report = report_of(retention, objects);
    if (rules.preview) return report;
    if (objects.dead.empty() || Repacker(state, retention, objects).run()) {
      state.forget_decoded();
      collect(state, rules, report);
      return report;
    }
    state.refresh();
  }
  throw Error(ErrorCode::Busy, "others commit all the time; try again");
}

}  // namespace qfcsync::repository
