#include "repository/retention.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "history/git_name.hpp"

#include <algorithm>
#include <limits>

namespace qfcsync::repository {
namespace {

using chunk::ObjectKey;
using chunk::ObjectKind;

std::int64_t oldest_kept_time(const PruneRules& rules) {
  if (rules.keep_days == 0) return std::numeric_limits<std::int64_t>::max();
  const auto limit = rules.now.value_or(std::chrono::system_clock::now()) -
                     std::chrono::hours(24) * static_cast<std::int64_t>(rules.keep_days);
  return std::chrono::floor<std::chrono::seconds>(limit.time_since_epoch()).count();
}

/// The content of an object after all its bases, found once each.
class Chains {
 public:
  Chains(State& state, const ObjectKeys& live) : state_(state), live_(live) {}

  /// Whether a base of the object, or a base of a base, is not live.
  bool leads_to_dead(const ObjectKey& key) {
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    const auto record = state_.objects().find(key.kind, key.id);
    bool is_so = false;
    if (record) {
      for (const chunk::ObjectId& base : record->bases) {
        const ObjectKey base_key{key.kind, base};
        is_so = is_so || !live_.contains(base_key) || leads_to_dead(base_key);
      }
    }
    known_.emplace(key, is_so);
    return is_so;
  }

 private:
  State& state_;
  const ObjectKeys& live_;
  std::unordered_map<ObjectKey, bool, chunk::ObjectKeyHash> known_;
};

void add_live(State& state, const chunk::ObjectId& file, ObjectKeys& live) {
  live.insert({ObjectKind::Manifest, file});
  for (const chunk::ObjectId& id : chunk::read_manifest(state.decoder(), file).chunks) {
    // A manifest of other chunks than there are is damaged: what it should name is not dead.
    if (!state.objects().find(ObjectKind::Chunk, id)) {
      throw Error(ErrorCode::Corrupt,
                  "chunk " + id.hex() + " of file " + file.hex() + " is missing; repair first");
    }
    live.insert({ObjectKind::Chunk, id});
  }
}

}  // namespace

Retention decide_retention(State& state, const PruneRules& rules) {
  Retention retention;
  std::set<chunk::ObjectId> kept;
  const auto keep = [&](const std::string& group, const chunk::ObjectId& file) {
    if (kept.insert(file).second) retention.kept[group].push_back(file);
  };
  history::Graph graph(state.git_objects());
  std::vector<std::pair<FileRow, chunk::ObjectId>> others;
  const std::int64_t oldest = oldest_kept_time(rules);
  for (const std::string& path : state.index().all_paths()) {
    std::uint32_t newest = 0;
    for (const FileRow& row : state.index().history_of(path)) {
      if (!row.file) continue;
      const auto version = state.index().version_at(row.position);
      if (!version) continue;
      const bool is_by_age = newest++ < std::max<std::uint32_t>(rules.keep_newest, 1) ||
                             (rules.keep_days > 0 && graph.commit(version->id).time_s >= oldest);
      const bool is_kept = rules.keeps ? rules.keeps(row.file->hex()) : is_by_age;
      if (is_kept) keep(path, *row.file);
      if (is_kept) ++retention.kept_versions;
      if (!is_kept) others.emplace_back(row, version->id);
    }
  }
  for (const auto& [ref, id] : state.root().root.refs) {
    for (const auto& [path, pointer] : graph.files(id)) {
      if (!rules.keeps || rules.keeps(pointer.file.hex())) keep(ref, pointer.file);
    }
  }
  for (const auto& [row, version] : others) {
    const bool is_there = state.objects().find(ObjectKind::Manifest, *row.file).has_value();
    if (kept.contains(*row.file)) {
      ++retention.kept_versions;
    } else if (is_there) {
      retention.pruned.push_back({row.path, history::git_hex(version), row.size});
    }
  }
  // A kept version may have lost its content by earlier rules; that is no damage.
  for (auto& [group, files] : retention.kept) {
    std::erase_if(files, [&](const chunk::ObjectId& file) {
      return !state.objects().find(ObjectKind::Manifest, file);
    });
  }
  return retention;
}

LiveObjects find_live(State& state, const Retention& retention) {
  LiveObjects found;
  for (const auto& [group, files] : retention.kept) {
    for (const chunk::ObjectId& file : files) add_live(state, file, found.live);
  }
  for (const ObjectKind kind : {ObjectKind::Chunk, ObjectKind::Manifest}) {
    state.index().each_object(kind, [&](const Located& located) {
      const ObjectKey key{kind, located.record.id};
      if (found.live.contains(key)) return;
      found.dead.insert(key);
      found.dead_bytes += located.record.stored_bytes;
    });
  }
  Chains chains(state, found.live);
  for (const ObjectKey& key : found.live) {
    if (chains.leads_to_dead(key)) found.unbased.insert(key);
  }
  return found;
}

}  // namespace qfcsync::repository
