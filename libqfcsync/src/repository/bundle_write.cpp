#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "chunk/object_encoder.hpp"
#include "history/commit_message.hpp"
#include "history/git_name.hpp"
#include "history/reachable.hpp"
#include "repository/bundle.hpp"
#include "repository/bundle_format.hpp"
#include "repository/chance.hpp"
#include "repository/changes.hpp"
#include "repository/retention.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace qfcsync::repository {
namespace {

using chunk::ObjectKey;
using chunk::ObjectKind;

class Forward : public ByteSink {
 public:
  explicit Forward(BundleWriter& to) : to_(to) {}
  void write(std::string_view bytes) override { to_.write(bytes); }

 private:
  BundleWriter& to_;
};

/// Chooses what a receiver lacks, and puts it into packs of their own.
class Bundler {
 public:
  Bundler(State& state, const std::vector<chunk::ObjectId>& have)
      : state_(state),
        have_(have),
        folder_(state.scratch_folder()),
        packs_(open_folder_blobs(folder_.path())),
        made_(*packs_, state.objects()) {}

  void run(ByteSink& out) {
    note_what_is_there();
    choose();
    for (const auto& [path, file] : files_) choose_content(path, file);
    for (const ObjectKey& key : in_order_) add(key);
    write(out);
  }

 private:
  /// The history of what the receiver has, and the content of those versions themselves.
  void note_what_is_there() {
    history::Graph graph(state_.git_objects());
    history::ReachableVisitor visitor;
    visitor.on_object = [&](const chunk::ObjectId& id) { there_.insert({ObjectKind::Git, id}); };
    visitor.on_message = [&](const chunk::ObjectId&, std::string_view message) {
      for (const auto& change : history::parse_message(message).changes) {
        there_.insert({ObjectKind::Change, change.id});
      }
    };
    for (const chunk::ObjectId& id : have_) {
      history::walk_reachable(state_.git_objects(), id, seen_, visitor);
      for (const auto& [path, pointer] : graph.files(id)) note_content(path, pointer.file);
    }
  }

  void note_content(const std::string& path, const chunk::ObjectId& file) {
    if (!state_.objects().find(ObjectKind::Manifest, file)) return;
    there_.insert({ObjectKind::Manifest, file});
    std::vector<chunk::ObjectId> chunks = chunk::read_manifest(state_.decoder(), file).chunks;
    for (const chunk::ObjectId& id : chunks) there_.insert({ObjectKind::Chunk, id});
    chunks_there_[path] = std::move(chunks);
  }

  void choose() {
    history::ReachableVisitor visitor;
    std::vector<ObjectKey> git;
    visitor.on_object = [&](const chunk::ObjectId& id) { git.push_back({ObjectKind::Git, id}); };
    visitor.on_file = [&](const std::string& path, const history::Pointer& pointer) {
      files_.emplace_back(path, pointer.file);
    };
    visitor.on_message = [&](const chunk::ObjectId&, std::string_view message) {
      for (const auto& change : history::parse_message(message).changes) {
        take({ObjectKind::Change, change.id});
      }
    };
    for (const auto& [ref, id] : state_.root().root.refs) {
      history::walk_reachable(state_.git_objects(), id, seen_, visitor);
    }
    for (const ObjectKey& key : git) take(key);
  }

  /// Content that was given up by prune stays behind.
  void choose_content(const std::string& path, const chunk::ObjectId& file) {
    if (!state_.objects().find(ObjectKind::Manifest, file)) return;
    const auto there = chunks_there_.find(path);
    const std::vector<chunk::ObjectId> chunks = chunk::read_manifest(state_.decoder(), file).chunks;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      take({ObjectKind::Chunk, chunks[i]});
      const bool has_other = there != chunks_there_.end() && i < there->second.size();
      if (has_other) other_bases_.emplace(chunks[i], there->second[i]);
    }
    take({ObjectKind::Manifest, file});
  }

  void take(const ObjectKey& key) {
    if (there_.contains(key) || !state_.objects().find(key.kind, key.id)) return;
    if (going_.insert(key).second) in_order_.push_back(key);
  }

  /// As it is stored where its bases go along, before it, or are there; else plain.
  void add(const ObjectKey& key) {
    if (there_.contains(key) || made_.is_new(key)) return;
    const auto record = state_.objects().find(key.kind, key.id);
    const bool can_copy = std::ranges::all_of(record->bases, [&](const chunk::ObjectId& base) {
      return there_.contains({key.kind, base}) || going_.contains({key.kind, base});
    });
    if (!can_copy) return store_anew(key);
    for (const chunk::ObjectId& base : record->bases) add({key.kind, base});
    // Bases may be stored in another way now, and be deeper.
    std::uint32_t depth = 0;
    for (const chunk::ObjectId& base : record->bases) {
      depth = std::max<std::uint32_t>(depth, made_.find(key.kind, base)->depth + 1u);
    }
    if (depth > chunk::kMaxDepth) return store_anew(key);
    chunk::EncodedObject copy{*record, {}};
    state_.objects().read(*record, copy.stored);
    copy.record.depth = static_cast<std::uint8_t>(depth);
    made_.add(copy);
  }

  /// Against what the receiver has of the same place, else plain.
  void store_anew(const ObjectKey& key) {
    const chunk::RawBytes raw = state_.decoder().decode(key.kind, key.id);
    chunk::ObjectEncoder encoder(made_, state_.decoder());
    const auto other = other_bases_.find(key.id);
    if (key.kind == ObjectKind::Chunk && other != other_bases_.end()) {
      const chunk::EncodedObject object =
          encoder.encode(key.kind, key.id, *raw, {&other->second, 1});
      // A base that is too deep was replaced by one that may not be there.
      const bool is_there = std::ranges::all_of(object.record.bases, [&](const auto& base) {
        return there_.contains({key.kind, base});
      });
      if (is_there) return made_.add(object);
    }
    made_.add(encoder.encode(key.kind, key.id, *raw, {}));
  }

  void write(ByteSink& out) {
    history::Root root;
    root.writer = random_name();
    root.nonce = random_name();
    root.refs = state_.root().root.refs;
    for (std::size_t i = 0; i < have_.size(); ++i) {
      root.refs.emplace(std::string(kHavePrefix) + std::to_string(i), have_[i]);
    }
    for (const NewPack& pack : made_.finish()) root.packs.push_back(pack.pack);
    std::ranges::sort(root.packs, {}, &history::RootPack::id);
    BundleWriter writer(out, root);
    Forward sink(writer);
    for (const history::RootPack& pack : root.packs) {
      packs_->read(history::pack_name(pack.id), 0, 0, sink);
    }
    writer.finish();
  }

  State& state_;
  std::vector<chunk::ObjectId> have_;
  history::GitIds seen_;
  ObjectKeys there_;  // what the receiver has
  ObjectKeys going_;
  std::vector<ObjectKey> in_order_;
  std::vector<std::pair<std::string, chunk::ObjectId>> files_;
  std::map<std::string, std::vector<chunk::ObjectId>> chunks_there_;  // by path
  std::map<chunk::ObjectId, chunk::ObjectId> other_bases_;            // of chunks that go
  ScratchFile folder_;
  std::unique_ptr<BlobStore> packs_;
  NewObjects made_;
};

}  // namespace

void write_bundle(State& state, const std::vector<chunk::ObjectId>& have, ByteSink& out) {
  Bundler(state, have).run(out);
}

}  // namespace qfcsync::repository
