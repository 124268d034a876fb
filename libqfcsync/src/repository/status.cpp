#include "repository/status.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "history/git_name.hpp"
#include "repository/capture.hpp"

#include <algorithm>
#include <optional>

namespace qfcsync::repository {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 256u << 10;
constexpr int kMaxCaptures = 5;

using HeadFiles = std::map<std::string, chunk::ObjectId, std::less<>>;

HeadFiles head_files(State& state) {
  HeadFiles files;
  const auto head = state.head();
  if (!head) return files;
  const auto newest = state.index().newest_version();
  if (newest && newest->id == *head) {
    for (const FileRow& row : state.index().head_files()) files.emplace(row.path, *row.file);
    return files;
  }
  for (const auto& [path, pointer] : history::Graph(state.git_objects()).files(*head)) {
    files.emplace(path, pointer.file);
  }
  return files;
}

std::optional<chunk::ObjectId> hash_once(const fs::path& file) {
  const auto source = capture(file);
  base::Digest digest(base::DigestKind::Sha256);
  std::string block(kBlockBytes, '\0');
  while (const std::size_t count = source->bytes().read(block.data(), block.size())) {
    digest.update({block.data(), count});
  }
  if (!source->is_whole()) return std::nullopt;
  return chunk::ObjectId::from_raw(digest.finish_raw());
}

bool is_known_as(State& state, const std::string& folder, const WorkingFile& file,
                 const chunk::ObjectId& id) {
  const auto seen = state.index().seen(folder, file.path);
  return seen && seen->file == id && !seen->stamp.empty() && seen->stamp == stamp_of(file.file);
}

}  // namespace

chunk::ObjectId hash_of(const fs::path& file) {
  for (int attempt = 0; attempt < kMaxCaptures; ++attempt) {
    if (const auto id = hash_once(file)) return *id;
  }
  throw Error(ErrorCode::Busy, file.string() + " is written to all the time");
}

FolderChanges look_at_folder(State& state, const fs::path& folder,
                             std::span<const std::string> paths) {
  for (const std::string& path : paths) history::check_versioned_path(path);
  std::error_code ignored;
  FolderChanges changes;
  changes.folder = fs::weakly_canonical(folder, ignored).string();
  const HeadFiles head = head_files(state);
  const FolderFiles there = list_folder(folder, paths, state.options().cache);
  for (const auto& [path, file] : there) {
    const WorkingFile working{path, file};
    const auto stored = head.find(path);
    const bool is_known =
        stored != head.end() && is_known_as(state, changes.folder, working, stored->second);
    if (!is_known) changes.maybe.push_back(working);
  }
  for (const auto& [path, id] : head) {
    if (is_wanted(path, paths) && !there.contains(path)) changes.removed.push_back(path);
  }
  return changes;
}

void remember(State& state, const std::string& folder, const std::string& path,
              const SeenFile& file) {
  if (!file.stamp.empty()) state.index().set_seen(folder, path, file);
}

std::vector<StatusEntry> status(State& state, const fs::path& folder,
                                std::span<const std::string> paths) {
  const FolderChanges changes = look_at_folder(state, folder, paths);
  const HeadFiles head = head_files(state);
  std::vector<StatusEntry> entries;
  for (const std::string& path : changes.removed) entries.push_back({path, FileAction::Removed});
  for (const WorkingFile& file : changes.maybe) {
    const auto stored = head.find(file.path);
    if (stored == head.end()) {
      entries.push_back({file.path, FileAction::Added});
      continue;
    }
    const std::string stamp = stamp_of(file.file);
    const chunk::ObjectId id = hash_of(file.file);
    if (id != stored->second) {
      entries.push_back({file.path, FileAction::Changed});
    } else if (stamp == stamp_of(file.file)) {
      remember(state, changes.folder, file.path, {stamp, id});
    }
  }
  std::ranges::sort(entries, {}, &StatusEntry::path);
  return entries;
}

}  // namespace qfcsync::repository
