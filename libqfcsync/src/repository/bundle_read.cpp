#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/object_encoder.hpp"
#include "chunk/zstd_codec.hpp"
#include "history/git_name.hpp"
#include "history/reachable.hpp"
#include "repository/bundle.hpp"
#include "repository/bundle_format.hpp"
#include "repository/scratch_pack.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

namespace qfcsync::repository {
namespace {

using chunk::ObjectKind;

constexpr int kMaxRootAttempts = 20;

/// Takes the objects of a bundle into a repository.
///
/// Bases may be stored in another way here than where the bundle was made: depths are counted
/// anew, and what became too deep is stored plain. Every object is decoded before it counts.
class Unbundler {
 public:
  Unbundler(State& state, BundleReader& reader)
      : state_(state), reader_(reader), made_(state.store(), state.objects()), decoder_(made_) {}

  UnbundleResult run() {
    read_packs();
    check_needed();
    for (const Entry& entry : entries_) take(entry);
    check_complete();
    publish();
    return std::move(result_);
  }

 private:
  struct Entry {
    chunk::PackEntry entry;
    std::size_t pack = 0;
  };

  void read_packs() {
    for (const history::RootPack& pack : reader_.root().packs) {
      packs_.push_back(reader_.next_pack(pack));
      ScratchPack bytes(*packs_.back());
      const chunk::PackReader reader(bytes);
      for (const chunk::PackEntry& entry : reader.entries()) {
        entries_.push_back({entry, packs_.size() - 1});
      }
    }
    reader_.finish();
    // Bases are less deep, so they come first, whatever pack they are in.
    std::ranges::sort(entries_, {}, [](const Entry& entry) {
      return std::tuple(entry.entry.record.depth, entry.pack, entry.entry.offset);
    });
  }

  void check_needed() {
    for (const auto& [ref, id] : reader_.root().refs) {
      if (!ref.starts_with(kHavePrefix) || state_.git_objects().contains(id)) continue;
      throw Error(ErrorCode::NotFound, "the bundle begins after version " + history::git_hex(id) +
                                           ", which is not here; ask for one that begins earlier");
    }
  }

  void take(const Entry& from) {
    chunk::EncodedObject object{from.entry.record, {}};
    chunk::ObjectRecord& record = object.record;
    if (made_.find(record.kind, record.id)) return;
    std::string buffer;
    object.stored = packs_[from.pack]->read(from.entry.offset, record.stored_bytes, buffer);
    std::uint32_t depth = 0;
    for (const chunk::ObjectId& base : record.bases) {
      const auto there = made_.find(record.kind, base);
      if (!there) {
        throw Error(ErrorCode::NotFound, chunk::describe(record.kind, record.id) +
                                             " of the bundle stands on one that is not here");
      }
      depth = std::max<std::uint32_t>(depth, there->depth + 1u);
    }
    if (depth > chunk::kMaxDepth) {
      store_plain(object);
    } else {
      record.depth = static_cast<std::uint8_t>(depth);
      made_.add(object);
    }
    check_object(record);
    ++result_.objects;
  }

  void store_plain(const chunk::EncodedObject& object) {
    std::string prefix;
    for (const chunk::ObjectId& base : object.record.bases) {
      prefix += *decoder_.decode(object.record.kind, base);
    }
    const std::string raw =
        chunk::Decompressor().decompress(object.stored, prefix, object.record.raw_bytes);
    chunk::ObjectEncoder encoder(made_, decoder_);
    made_.add(encoder.encode(object.record.kind, object.record.id, raw, {}));
  }

  void check_object(const chunk::ObjectRecord& record) {
    const chunk::RawBytes raw = decoder_.decode(record.kind, record.id);
    if (record.kind == ObjectKind::Change && chunk::sha256_id(*raw) != record.id) {
      throw Error(ErrorCode::Corrupt, "bundle: a change has other bytes than its id");
    }
  }

  /// Versions that could not be read or restored later must not get in.
  void check_complete() {
    for (const Entry& entry : entries_) {
      if (entry.entry.record.kind != ObjectKind::Manifest) continue;
      const chunk::Manifest manifest = chunk::read_manifest(decoder_, entry.entry.record.id);
      for (const chunk::ObjectId& id : manifest.chunks) {
        if (made_.find(ObjectKind::Chunk, id)) continue;
        throw Error(ErrorCode::Corrupt, "bundle: a piece of a file is missing; make it anew");
      }
    }
    DecodedGitObjects objects(made_);
    history::GitIds seen;
    for (const auto& [ref, id] : state_.root().root.refs) seen.insert({ObjectKind::Git, id});
    for (const auto& [ref, id] : reader_.root().refs) {
      if (ref.starts_with(kHavePrefix)) seen.insert({ObjectKind::Git, id});
    }
    for (const auto& [ref, id] : reader_.root().refs) {
      history::walk_reachable(objects, id, seen, {});
    }
  }

  void publish() {
    const std::vector<NewPack>& packs = made_.finish();
    for (int attempt = 0; attempt < kMaxRootAttempts; ++attempt) {
      history::Root next = Roots::successor(state_.root());
      const bool is_changed = set_refs(next.refs);
      if (!is_changed && packs.empty()) return;
      for (const NewPack& pack : packs) next.packs.push_back(pack.pack);
      std::ranges::sort(next.packs, {}, &history::RootPack::id);
      if (state_.publish(next, packs)) return;
      state_.refresh();
      if (!made_.stands_on_stored()) break;
    }
    throw Error(ErrorCode::Busy, "others commit all the time; try again");
  }

  /// The main line goes forward or stays; tags are added where their name is free.
  bool set_refs(std::map<std::string, chunk::ObjectId>& refs) {
    const auto before = refs;
    for (const auto& [ref, id] : reader_.root().refs) {
      if (ref.starts_with(kHavePrefix)) continue;
      const auto [own, is_new] = refs.emplace(ref, id);
      if (is_new || own->second == id) continue;
      if (ref == history::kMainRef) move_main(own->second, id);
    }
    const auto main = refs.find(std::string(history::kMainRef));
    if (main != refs.end()) result_.head = history::git_hex(main->second);
    return refs != before;
  }

  void move_main(chunk::ObjectId& own, const chunk::ObjectId& theirs) {
    DecodedGitObjects objects(made_);
    history::Graph graph(objects);
    if (graph.is_ancestor(own, theirs)) {
      own = theirs;
    } else if (!graph.is_ancestor(theirs, own)) {
      result_.diverged = history::git_hex(theirs);
    }
  }

  State& state_;
  BundleReader& reader_;
  std::vector<std::unique_ptr<ByteStore>> packs_;
  std::vector<Entry> entries_;
  NewObjects made_;
  chunk::ObjectDecoder decoder_;
  UnbundleResult result_;
};

}  // namespace

UnbundleResult read_bundle(State& state, ByteSource& bundle) {
  BundleReader reader(bundle);
  return Unbundler(state, reader).run();
}

}  // namespace qfcsync::repository
