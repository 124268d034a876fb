#include "repository/repair.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/object_encoder.hpp"
#include "repository/check.hpp"
#include "repository/no_sink.hpp"
#include "repository/scratch_pack.hpp"
#include "repository/scratch_source.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace qfcsync::repository {
namespace {

using chunk::ObjectKey;
using chunk::ObjectKind;

class Repairer {
 public:
  Repairer(State& state, std::shared_ptr<BlobStore> other)
      : state_(state), other_(std::move(other)) {}

  RepairReport run() {
    state_.forget_decoded();  // what was read before says nothing about the store
    std::vector<history::RootPack> left;
    for (const history::RootPack& pack : state_.root().root.packs) {
      if (is_good(pack)) continue;
      if (fetch_pack(pack)) {
        report_.repaired.push_back(history::pack_name(pack.id));
      } else {
        left.push_back(pack);
      }
    }
    state_.rebuild_cache();
    if (!left.empty()) fetch_objects(left);
    return std::move(report_);
  }

 private:
  bool is_good(const history::RootPack& pack) try {
    const auto bytes = state_.packs().open(pack);
    chunk::verify_pack(*bytes, pack.id);
    return true;
  } catch (const Error& error) {
    if (!is_lost(error)) throw;
    return false;
  }

  /// Puts the other store's pack of that name in place of the damaged one.
  bool fetch_pack(const history::RootPack& pack) try {
    const std::string name = history::pack_name(pack.id);
    const auto scratch = make_scratch();
    other_->read(name, 0, 0, *scratch);
    ScratchPack fetched(*scratch);
    chunk::verify_pack(fetched, pack.id);
    state_.store().remove(name);
    ScratchSource source(*scratch);
    state_.store().create(name, source, scratch->size());
    return true;
  } catch (const Error& error) {
    if (!is_lost(error)) throw;
    return false;
  }

  /// The other store has other packs: its objects take the place of those that are lost.
  void fetch_objects(const std::vector<history::RootPack>& packs) {
    std::optional<State> other;
    try {
      other.emplace(other_, RepositoryOptions());
      other->refresh();
    } catch (const Error& error) {
      if (!is_lost(error)) throw;
      return give_up(packs);
    }
    NewObjects made(state_.store(), state_.objects());
    std::set<chunk::ObjectId> done_with;
    for (const history::RootPack& pack : packs) {
      if (recover(pack, *other, made)) done_with.insert(pack.id);
    }
    publish(done_with, made);
    drop_complete(packs, done_with);
  }

  /// @return whether all that the pack had is good now; false also when that cannot be told
  bool recover(const history::RootPack& pack, State& other, NewObjects& made) {
    std::vector<chunk::PackEntry> entries;
    try {
      entries = state_.packs().entries(pack);
    } catch (const Error& error) {
      if (!is_lost(error)) throw;
      recover_missing(other, made);
      return false;
    }
    bool is_whole = true;
    for (const chunk::PackEntry& entry : entries) {
      const ObjectKey key{entry.record.kind, entry.record.id};
      const auto located = state_.objects().locate(key);
      const bool is_elsewhere = located && located->pack != pack.id;
      if (is_elsewhere || made.is_new(key)) continue;
      is_whole = recover_one(key, other, made) && is_whole;
    }
    return is_whole;
  }

  /// What the other store has and this one has not.
  void recover_missing(State& other, NewObjects& made) {
    for (const ObjectKind kind :
         {ObjectKind::Chunk, ObjectKind::Manifest, ObjectKind::Change, ObjectKind::Git}) {
      other.index().each_object(kind, [&](const Located& located) {
        const ObjectKey key{kind, located.record.id};
        if (!made.find(kind, key.id)) recover_one(key, other, made);
      });
    }
  }

  bool recover_one(const ObjectKey& key, State& other, NewObjects& made) {
    chunk::RawBytes raw = decode(state_, key);
    if (!raw) {
      raw = decode(other, key);
      if (!raw) return false;
      ++report_.fetched_objects;
    }
    // Plain: what it may stand on can be damaged, too.
    chunk::ObjectDecoder decoder(made);
    chunk::ObjectEncoder encoder(made, decoder);
    made.add(encoder.encode(key.kind, key.id, *raw, {}));
    return true;
  }

  /// The bytes of an object, when they are proven to be right; nullptr otherwise. The pack they
  /// come from may be damaged, so what does not carry its own hash is compared with what does.
  static chunk::RawBytes decode(State& state, const ObjectKey& key) try {
    chunk::RawBytes raw = state.decoder().decode(key.kind, key.id);
    if (key.kind == ObjectKind::Change && chunk::sha256_id(*raw) != key.id) return nullptr;
    if (key.kind == ObjectKind::Manifest) {
      NoSink sink;
      chunk::decode_file(state.decoder(), key.id, chunk::parse_manifest(*raw),
                         chunk::FileCheck::IdAndEtag, sink);
    }
    return raw;
  } catch (const Error& error) {
    if (!is_lost(error)) throw;
    return nullptr;
  }

  void publish(const std::set<chunk::ObjectId>& done_with, NewObjects& made) {
    history::Root next = Roots::successor(state_.root());
    std::erase_if(next.packs,
                  [&](const history::RootPack& pack) { return done_with.contains(pack.id); });
    const std::vector<NewPack>& packs = made.finish();
    if (packs.empty() && done_with.empty()) return;
    for (const NewPack& pack : packs) next.packs.push_back(pack.pack);
    std::ranges::sort(next.packs, {}, &history::RootPack::id);
    if (!state_.publish(next, packs)) {
      throw Error(ErrorCode::Busy, "somebody else commits; repair again when it is quiet");
    }
    for (const chunk::ObjectId& id : done_with) {
      report_.repaired.push_back(history::pack_name(id));
    }
    state_.rebuild_cache();
  }

  /// Packs of which nothing can be read go when nothing is missing without them.
  void drop_complete(const std::vector<history::RootPack>& packs,
                     const std::set<chunk::ObjectId>& done_with) {
    std::set<std::string> left;
    std::set<chunk::ObjectId> ids;
    for (const history::RootPack& pack : packs) {
      if (done_with.contains(pack.id)) continue;
      left.insert(history::pack_name(pack.id));
      ids.insert(pack.id);
    }
    if (left.empty()) return;
    const CheckReport found = check(state_, CheckDepth::Fast);
    const bool is_complete = std::ranges::all_of(
        found.problems, [&](const CheckProblem& problem) { return left.contains(problem.name); });
    NewObjects nothing(state_.store(), state_.objects());
    if (is_complete) return publish(ids, nothing);
    report_.unrepaired.assign(left.begin(), left.end());
  }

  void give_up(const std::vector<history::RootPack>& packs) {
    for (const history::RootPack& pack : packs) {
      report_.unrepaired.push_back(history::pack_name(pack.id));
    }
  }

  State& state_;
  std::shared_ptr<BlobStore> other_;
  RepairReport report_;
};

}  // namespace

RepairReport repair(State& state, const std::shared_ptr<BlobStore>& other) {
  return Repairer(state, other).run();
}

}  // namespace qfcsync::repository
