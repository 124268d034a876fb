#include "repository/undo.hpp"

#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/error.hpp>

#include "chunk/file_decoder.hpp"
#include "history/git_name.hpp"
#include "repository/committer.hpp"
#include "repository/diff.hpp"
#include "repository/resolve.hpp"
#include "repository/row_match.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace qfcsync::repository {
namespace {

constexpr std::size_t kShownDigits = 8;

class Undoer {
 public:
  Undoer(State& state, const VersionRow& version, const UndoOptions& options)
      : state_(state),
        version_(version),
        options_(options),
        meter_(options.commit.progress, 0),
        committer_(state, commit_options(version, options), meter_) {}

  std::optional<UndoResult> run() {
    bool is_found = false;
    for (const FileRow& row : state_.index().files_of_version(version_.position)) {
      if (!options_.path.empty() && row.path != options_.path) continue;
      is_found = true;
      undo_file(row);
    }
    if (!is_found) {
      throw Error(ErrorCode::NotFound, fmt::format("version {} did nothing to {}",
                                                   history::git_hex(version_.id), options_.path));
    }
    if (!result_.conflicts.empty()) return std::move(result_);
    auto committed = committer_.finish();
    if (!committed) return std::nullopt;
    result_.is_done = true;
    result_.commit = std::move(*committed);
    return std::move(result_);
  }

 private:
  static CommitOptions commit_options(const VersionRow& version, const UndoOptions& options) {
    CommitOptions commit = options.commit;
    if (commit.message.empty()) {
      commit.message = "Undo of version " + history::git_hex(version.id).substr(0, kShownDigits);
      if (!options.table.empty()) commit.message += ": table " + options.table;
    }
    return commit;
  }

  void undo_file(const FileRow& row) {
    const auto before = state_.index().file_at(row.path, version_.position - 1);
    const auto now = history::Graph(state_.git_objects()).find(*state_.head(), row.path);
    const bool was_there = before && before->file;
    const bool is_as_then = row.file ? now && now->file == *row.file : !now;
    if (is_as_then && options_.table.empty()) {
      if (was_there) {
        committer_.add_stored(row.path, {*before->file, before->size});
      } else {
        committer_.add_removal(row.path);
      }
      return;
    }
    if (!was_there || !row.file || !now) return conflict(row.path, "the file came or went since");
    undo_rows(row.path, *now);
  }

  void undo_rows(const std::string& path, const history::Pointer& now) {
    std::string changes;
    try {
      changes = select_changes(changes_of(path), options_.table, options_.key);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Unsupported) throw;
      return conflict(path, "the file was changed since, and is no SQLite file");
    }
    if (changes.empty()) {
      throw Error(ErrorCode::NotFound, fmt::format("version {} changed no such row of {}",
                                                   history::git_hex(version_.id), path));
    }
    const ScratchFile file(state_.scratch_folder());
    put_file(now, file.path());
    MemorySource source(changes);
    MemorySink inverted;
    invert(source, inverted);
    MemorySource to_apply(inverted.bytes());
    const ChangesetApplyResult applied = apply_changeset(file.path(), to_apply);
    if (applied.is_applied) return committer_.add_file({path, file.path()});
    for (const Mismatch& mismatch : applied.mismatches) conflict(path, mismatch.text);
  }

  std::string changes_of(const std::string& path) {
    const auto before = state_.index().version_at(version_.position - 1);
    MemorySink changes;
    diff_versions(state_, before->id, version_.id, path, changes);
    return changes.take();
  }

  void put_file(const history::Pointer& pointer, const std::filesystem::path& file) {
    const chunk::Manifest manifest = chunk::read_manifest(state_.decoder(), pointer.file);
    ScratchSink sink(file);
    chunk::decode_file(state_.decoder(), pointer.file, manifest, chunk::FileCheck::Id, sink);
  }

  void conflict(const std::string& path, const std::string& text) {
    result_.conflicts.push_back({path, text});
  }

  State& state_;
  VersionRow version_;
  const UndoOptions& options_;
  extraction::ProgressMeter meter_;
  Committer committer_;
  UndoResult result_;
};

}  // namespace

std::optional<UndoResult> undo(State& state, const chunk::ObjectId& version,
                               const UndoOptions& options) {
  if ((!options.table.empty() && options.path.empty()) ||
      (!options.key.empty() && options.table.empty())) {
    throw Error(ErrorCode::InvalidArgument,
                "a table is undone in a file, and a row in a table: name these, too");
  }
  const auto row = state.index().find_version(version);
  if (!row) {
    throw Error(ErrorCode::NotFound, history::git_hex(version) + " is no version of the main line");
  }
  return Undoer(state, *row, options).run();
}

}  // namespace qfcsync::repository
