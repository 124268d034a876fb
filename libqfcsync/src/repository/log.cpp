#include "repository/log.hpp"

#include <qfcsync/error.hpp>

#include "history/commit_message.hpp"
#include "history/git_name.hpp"
#include "repository/resolve.hpp"
#include "repository/row_match.hpp"
#include "repository/version_text.hpp"

#include <algorithm>
#include <limits>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kAskedAtOnce = 200;

FileAction action_of(Index& index, const FileRow& row) {
  if (!row.file) return FileAction::Removed;
  const auto before = index.file_at(row.path, row.position - 1);
  if (!before || !before->file) return FileAction::Added;
  return *before->file == *row.file ? FileAction::Same : FileAction::Changed;
}

std::vector<FileChange> changes_of(Index& index, std::int64_t position) {
  std::vector<FileChange> files;
  const std::vector<ChangeRow> changes = index.changes_of_version(position);
  for (const FileRow& row : index.files_of_version(position)) {
    FileChange file;
    file.path = row.path;
    file.action = action_of(index, row);
    file.size = row.size;
    if (row.file) file.sha256 = row.file->hex();
    for (const ChangeRow& change : changes) {
      if (change.path != row.path) continue;
      file.tables.push_back({change.table, change.inserts, change.updates, change.deletes});
    }
    files.push_back(std::move(file));
  }
  return files;
}

VersionInfo info_of(State& state, history::Graph& graph, const VersionRow& version) {
  const history::Commit commit = graph.commit(version.id);
  const history::CommitMessage message = history::parse_message(commit.message);
  VersionInfo info;
  info.id = history::git_hex(commit.id);
  for (const chunk::ObjectId& parent : commit.parents) {
    info.parents.push_back(history::git_hex(parent));
  }
  info.author = commit.author.name;
  info.device = message.device;
  info.time = Timestamp(std::chrono::seconds(commit.time_s));
  std::vector<std::string> paths = message.paths;
  paths.insert(paths.end(), message.removed.begin(), message.removed.end());
  info.message = without_files(message.text, paths);
  info.files = changes_of(state.index(), version.position);
  return info;
}

/// Whether a version changed the row that the options ask for.
bool has_row(State& state, std::int64_t position, const LogOptions& options) {
  for (const ChangeRow& row : state.index().changes_of_version(position)) {
    if (row.path != options.path || row.table != options.table) continue;
    const chunk::RawBytes bytes = state.decoder().decode(chunk::ObjectKind::Change, row.change);
    MemorySource source(*bytes);
    ChangesetReader reader(source);
    while (const Change* change = reader.next()) {
      if (is_row(*change, options.table, options.key)) return true;
    }
  }
  return false;
}

void check_options(const LogOptions& options) {
  if ((!options.table.empty() && options.path.empty()) ||
      (!options.key.empty() && options.table.empty())) {
    throw Error(ErrorCode::InvalidArgument,
                "a table is looked for in a file, and a row in a table: name these, too");
  }
}

std::int64_t first_position(State& state, const LogOptions& options) {
  if (options.before.empty()) return std::numeric_limits<std::int64_t>::max();
  const auto position = position_of(state, resolve(state, options.before));
  if (position) return *position;
  throw Error(ErrorCode::NotFound, options.before + " is no version of the main line");
}

/// What could not be read must not look as if it had never been.
void check_complete(State& state) {
  const auto head = state.head();
  const auto newest = state.index().newest_version();
  if (!head || (newest && newest->id == *head)) return;
  if (state.index().find_version(*head)) return;  // somebody else has gone on
  throw Error(ErrorCode::Corrupt, "the history is damaged; check tells what, repair it");
}

}  // namespace

std::vector<VersionInfo> list_versions(State& state, const LogOptions& options) {
  check_options(options);
  check_complete(state);
  history::Graph graph(state.git_objects());
  std::vector<VersionInfo> versions;
  std::int64_t before = first_position(state, options);
  while (versions.size() < options.limit) {
    const std::size_t asked = std::min(kAskedAtOnce, options.limit);
    const auto positions = state.index().positions(options.path, options.table, before, asked);
    if (positions.empty()) break;
    for (const std::int64_t position : positions) {
      if (versions.size() == options.limit) break;
      before = position;
      if (!options.key.empty() && !has_row(state, position, options)) continue;
      const auto version = state.index().version_at(position);
      if (version) versions.push_back(info_of(state, graph, *version));
    }
  }
  return versions;
}

}  // namespace qfcsync::repository
