#include "repository/check.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "history/commit_message.hpp"
#include "history/git_name.hpp"
#include "history/reachable.hpp"
#include "repository/no_sink.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace qfcsync::repository {
namespace {

class Checker {
 public:
  Checker(State& state, CheckDepth depth) : state_(state), depth_(depth) {}

  CheckReport run() {
    check_root();
    for (const history::RootPack& pack : state_.root().root.packs) check_pack(pack);
    check_history();
    check_contents();
    name_versions();
    return std::move(report_);
  }

 private:
  void add(const std::string& name, const std::string& text) {
    report_.problems.push_back({name, text, {}});
  }

  /// Runs a step; damage becomes a problem of that name.
  template <typename Step>
  bool guarded(const std::string& name, Step&& step) {
    try {
      step();
      return true;
    } catch (const Error& error) {
      if (!is_lost(error)) throw;
      add(name, error.what());
      return false;
    }
  }

  void check_root() {
    const history::Root& root = state_.root().root;
    const std::string name = history::root_name(root.generation - 1);
    if (root.generation == 1 || !state_.store().stat(name)) return;  // old ones are removed
    guarded(name, [&] {
      if (state_.roots().read(root.generation - 1).hash == root.previous) return;
      throw Error(ErrorCode::Corrupt, "the root before has another hash than the newest one says");
    });
  }

  void check_pack(const history::RootPack& pack) {
    const std::string name = history::pack_name(pack.id);
    ++report_.packs;
    report_.bytes += pack.bytes;
    guarded(name, [&] {
      const auto bytes = state_.packs().open(pack);  // nothing of it is kept yet: check() forgets
      chunk::verify_pack(*bytes, pack.id);
      const chunk::PackReader reader(*bytes);
      report_.objects += reader.entries().size();
      if (reader.entries().size() != pack.objects) {
        throw Error(ErrorCode::Corrupt, name + " has another number of objects than the root says");
      }
      if (depth_ == CheckDepth::Deep) check_objects(pack.id);
    });
  }

  void check_objects(const chunk::ObjectId& pack) {
    const std::vector<Located> objects = state_.index().objects_of(pack);
    for (const Located& located : objects) {
      const chunk::ObjectRecord& record = located.record;
      guarded(chunk::describe(record.kind, record.id),
              [&] { state_.decoder().decode(record.kind, record.id); });
    }
  }

  void check_history() {
    history::GitIds seen;
    history::ReachableVisitor visitor;
    visitor.on_file = [&](const std::string& path, const history::Pointer& pointer) {
      files_.emplace(pointer.file, std::pair(path, pointer.size));
    };
    visitor.on_message = [&](const chunk::ObjectId& commit, std::string_view message) {
      ++report_.versions;
      check_changes(commit, message);
    };
    visitor.on_lost = [&](const chunk::ObjectId& id, const std::string& why) {
      add("git object " + history::git_hex(id), why);
    };
    for (const auto& [ref, id] : state_.root().root.refs) {
      history::walk_reachable(state_.git_objects(), id, seen, visitor);
    }
  }

  void check_changes(const chunk::ObjectId& commit, std::string_view message) {
    for (const history::ChangeOfPath& change : history::parse_message(message).changes) {
      if (!changes_.insert(change.id).second) continue;
      guarded(chunk::describe(chunk::ObjectKind::Change, change.id), [&] {
        const auto bytes = state_.decoder().decode(chunk::ObjectKind::Change, change.id);
        if (chunk::sha256_id(*bytes) == change.id) return;
        throw Error(ErrorCode::Corrupt, "a change of version " + history::git_hex(commit) +
                                            " has other bytes than its id");
      });
    }
  }

  /// Versions whose content was given up on purpose have no manifest any more.
  void check_contents() {
    for (const auto& [file, place] : files_) {
      if (!state_.objects().find(chunk::ObjectKind::Manifest, file)) continue;
      guarded("file " + file.hex() + " of " + place.first, [&, id = file] {
        const chunk::Manifest manifest = chunk::read_manifest(state_.decoder(), id);
        if (depth_ == CheckDepth::Deep) {
          NoSink sink;
          decode_file(state_.decoder(), id, manifest, chunk::FileCheck::IdAndEtag, sink);
        } else {
          check_chunks(manifest);
        }
      });
    }
  }

  void check_chunks(const chunk::Manifest& manifest) {
    for (const chunk::ObjectId& id : manifest.chunks) {
      auto record = state_.objects().find(chunk::ObjectKind::Chunk, id);
      while (record) {
        if (record->bases.empty() || !checked_.insert({record->kind, record->id}).second) break;
        for (const chunk::ObjectId& base : record->bases) {
          const auto found = state_.objects().find(chunk::ObjectKind::Chunk, base);
          if (found && found->depth < record->depth) continue;
          throw Error(ErrorCode::Corrupt, "base " + base.hex() + " of a chunk is missing");
        }
        record = state_.objects().find(chunk::ObjectKind::Chunk, record->bases.front());
      }
      if (!record) throw Error(ErrorCode::Corrupt, "chunk " + id.hex() + " is missing");
    }
  }

  /// Which versions cannot be restored; looked for only when something is wrong.
  void name_versions() {
    if (report_.problems.empty()) return;
    std::map<chunk::ObjectId, bool> is_good;
    std::vector<std::string> lost;
    for (const std::string& path : state_.index().all_paths()) {
      for (const FileRow& row : state_.index().history_of(path)) {
        if (!row.file || is_restorable(*row.file, is_good)) continue;
        const auto version = state_.index().version_at(row.position);
        if (version) lost.push_back(path + '@' + history::git_hex(version->id));
      }
    }
    report_.problems.front().versions = lost;
    for (CheckProblem& problem : report_.problems) problem.versions = lost;
  }

  bool is_restorable(const chunk::ObjectId& file, std::map<chunk::ObjectId, bool>& known) {
    const auto found = known.find(file);
    if (found != known.end()) return found->second;
    bool is_good = true;
    try {
      NoSink sink;
      const chunk::Manifest manifest = chunk::read_manifest(state_.decoder(), file);
      decode_file(state_.decoder(), file, manifest, chunk::FileCheck::Id, sink);
    } catch (const Error& error) {
      if (!is_lost(error)) throw;
      is_good = false;
    }
    known.emplace(file, is_good);
    return is_good;
  }

  State& state_;
  CheckDepth depth_;
  CheckReport report_;
  std::map<chunk::ObjectId, std::pair<std::string, std::uint64_t>> files_;
  std::set<chunk::ObjectId> changes_;
  std::set<chunk::ObjectKey> checked_;
};

}  // namespace

CheckReport check(State& state, CheckDepth depth) { return Checker(state, depth).run(); }

}  // namespace qfcsync::repository
