#include "repository/diff.hpp"

#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "history/commit_message.hpp"
#include "repository/changes.hpp"
#include "repository/resolve.hpp"
#include "repository/restore.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace qfcsync::repository {
namespace {

/// Longer lines of changes are left: comparing two files costs less.
constexpr std::int64_t kMostJoined = 1000;
/// Their changesets are held in memory.
constexpr std::size_t kMaxJoinedBytes = 16u << 20;

std::optional<chunk::ObjectId> change_in(const history::CommitMessage& message,
                                         std::string_view path) {
  const auto found = std::ranges::find(message.changes, path, &history::ChangeOfPath::path);
  if (found == message.changes.end()) return std::nullopt;
  return found->id;
}

/// The changesets from one version of a file to a later one; nothing if one is missing.
std::optional<std::vector<std::string>> stored_changes(State& state, std::string_view path,
                                                       std::int64_t from, std::int64_t to) {
  std::vector<std::string> changes;
  history::Graph graph(state.git_objects());
  std::size_t bytes = 0;
  std::optional<FileRow> row = state.index().file_at(path, to);
  while (row && row->position > from) {
    const auto before = state.index().file_at(path, row->position - 1);
    const auto version = state.index().version_at(row->position);
    if (!version || !before || !before->file || !row->file) return std::nullopt;
    if (*before->file != *row->file) {
      const auto message = history::parse_message(graph.commit(version->id).message);
      const auto id = change_in(message, path);
      if (!id || !state.objects().find(chunk::ObjectKind::Change, *id)) return std::nullopt;
      changes.push_back(*state.decoder().decode(chunk::ObjectKind::Change, *id));
      bytes += changes.back().size();
      if (bytes > kMaxJoinedBytes) return std::nullopt;
    }
    row = before;
  }
  std::ranges::reverse(changes);
  return changes;
}

void write_joined(const std::vector<std::string>& changes, ByteSink& out) {
  if (changes.size() == 1) return out.write(changes.front());
  std::vector<MemorySource> sources(changes.begin(), changes.end());
  std::vector<ByteSource*> pointers;
  for (MemorySource& source : sources) pointers.push_back(&source);
  const auto scratch = make_scratch();
  concat(pointers, out, *scratch);
}

/// Joins what commits stored. @return nothing if that does not lead there
std::optional<std::string> join_stored(State& state, const chunk::ObjectId& from,
                                       const chunk::ObjectId& to, std::string_view path) try {
  const auto first = position_of(state, from);
  const auto second = position_of(state, to);
  if (!first || !second || std::abs(*second - *first) > kMostJoined) return std::nullopt;
  const auto changes =
      stored_changes(state, path, std::min(*first, *second), std::max(*first, *second));
  if (!changes || changes->empty()) return std::nullopt;
  MemorySink joined;
  write_joined(*changes, joined);
  if (*first < *second) return joined.take();
  MemorySource source(joined.bytes());
  MemorySink inverted;
  invert(source, inverted);
  return inverted.take();
} catch (const Error& error) {
  // Changes that do not follow each other, or are lost: the files tell.
  const bool is_no_way = is_lost(error) || error.code() == ErrorCode::InvalidArgument ||
                         error.code() == ErrorCode::SchemaMismatch;
  if (!is_no_way) throw;
  return std::nullopt;
}

void put_file(State& state, const history::Pointer& pointer, const std::filesystem::path& file) {
  const chunk::Manifest manifest = chunk::read_manifest(state.decoder(), pointer.file);
  ScratchSink sink(file);
  chunk::decode_file(state.decoder(), pointer.file, manifest, chunk::FileCheck::Id, sink);
}

DiffResult compare_files(State& state, const history::Pointer& from, const history::Pointer& to,
                         ByteSink& out) {
  const ScratchFile base(state.scratch_folder());
  const ScratchFile modified(state.scratch_folder());
  put_file(state, from, base.path());
  put_file(state, to, modified.path());
  ExtractOptions options;
  options.schema = SchemaPolicy::Report;
  options.with_envelope = true;
  try {
    ExtractResult found = extract(base.path(), modified.path(), out, options);
    return {DiffSource::Files, std::move(found.summary), std::move(found.notes),
            std::move(found.schema_operations)};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    throw Error(ErrorCode::Unsupported,
                std::string("only rows of SQLite files can be told apart: ") + error.what());
  }
}

}  // namespace

DiffResult diff_versions(State& state, const chunk::ObjectId& from, const chunk::ObjectId& to,
                         std::string_view path, ByteSink& out) {
  const history::Pointer before = pointer_of(state, from, path);
  const history::Pointer now = pointer_of(state, to, path);
  if (before == now) return {};
  if (const auto joined = join_stored(state, from, to, path)) {
    MemorySource source(*joined);
    DiffResult result;
    result.source = DiffSource::Stored;
    result.summary = summarize(source);
    out.write(*joined);
    return result;
  }
  return compare_files(state, before, now, out);
}

std::vector<FileChange> diff_files(State& state, const chunk::ObjectId& from,
                                   const chunk::ObjectId& to) {
  history::Graph graph(state.git_objects());
  const history::TreeFiles before = graph.files(from);
  const history::TreeFiles now = graph.files(to);
  std::vector<FileChange> changes;
  for (const auto& [path, pointer] : now) {
    const auto old = before.find(path);
    if (old != before.end() && old->second == pointer) continue;
    const FileAction action = old == before.end() ? FileAction::Added : FileAction::Changed;
    changes.push_back({path, action, pointer.size, pointer.file.hex(), {}});
  }
  for (const auto& [path, pointer] : before) {
    if (!now.contains(path)) changes.push_back({path, FileAction::Removed, 0, "", {}});
  }
  std::ranges::sort(changes, {}, &FileChange::path);
  return changes;
}

}  // namespace qfcsync::repository
