#include "repository/commit.hpp"

#include <qfcsync/error.hpp>

#include "extract/progress.hpp"
#include "repository/committer.hpp"
#include "repository/fold.hpp"
#include "repository/resolve.hpp"
#include "repository/status.hpp"

#include <map>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace qfcsync::repository {
namespace {

/// The version that files come from, against the newest one.
class Base {
 public:
  Base(State& state, const CommitOptions& options)
      : state_(state),
        version_(options.base.empty() ? state.head()
                                      : std::optional(resolve(state, options.base))) {}

  bool is_newest() const { return state_.head() == version_; }
  std::optional<history::Pointer> file(const std::string& path) const {
    return find(version_, path);
  }
  std::optional<history::Pointer> newest(const std::string& path) const {
    return find(state_.head(), path);
  }
  bool is_changed(const std::string& path) const { return file(path) != newest(path); }

  /// @errors HeadMoved
  void check(const std::string& path) const {
    if (!is_changed(path)) return;
    throw Error(ErrorCode::HeadMoved,
                "somebody else changed " + path + " meanwhile; merge, then commit again");
  }

 private:
  std::optional<history::Pointer> find(const std::optional<chunk::ObjectId>& version,
                                       const std::string& path) const {
    if (!version) return std::nullopt;
    return history::Graph(state_.git_objects()).find(*version, path);
  }

  State& state_;
  std::optional<chunk::ObjectId> version_;
};

void check_base(const Base& base, std::span<const WorkingFile> files,
                std::span<const std::string> removed) {
  if (base.is_newest()) return;
  for (const WorkingFile& file : files) base.check(file.path);
  for (const std::string& path : removed) base.check(path);
}

/// What others did is not taken back because the folder does not have it yet.
void leave_to_others(const Base& base, FolderChanges& changes) {
  if (base.is_newest()) return;
  std::erase_if(changes.maybe, [&](const WorkingFile& file) {
    if (!base.is_changed(file.path)) return false;
    const chunk::ObjectId here = hash_of(file.file);
    const auto before = base.file(file.path);
    const auto there = base.newest(file.path);
    return (before && before->file == here) || (there && there->file == here);
  });
  std::erase_if(changes.removed, [&](const std::string& path) { return !base.file(path); });
}

std::uint64_t bytes_of(std::span<const WorkingFile> files) {
  std::uint64_t bytes = 0;
  for (const WorkingFile& file : files) {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file.file, failed);
    if (!failed) bytes += size;
  }
  return bytes;
}

/// What is done after a commit counts; it can fail without harm and is done again another time.
template <typename Work>
void finish_quietly(Work&& work) {
  try {
    work();
  } catch (const Error&) {
    return;
  }
}

/// What was done to folders is remembered once it is committed.
void remember_files(State& state, const std::string& folder,
                    const std::map<std::string, SeenFile>& files) {
  if (folder.empty() || files.empty()) return;
  Index::Transaction transaction(state.index());
  for (const auto& [path, file] : files) remember(state, folder, path, file);
  transaction.commit();
}

/// @return nothing: what it stood on went away meanwhile, all has to be done again
std::optional<CommitResult> commit_once(State& state, std::span<const WorkingFile> files,
                                        std::span<const std::string> removed,
                                        const CommitOptions& options, const std::string& folder) {
  extraction::ProgressMeter meter(options.progress, bytes_of(files));
  Committer committer(state, options, meter);
  for (const WorkingFile& file : files) committer.add_file(file);
  for (const std::string& path : removed) committer.add_removal(path);
  meter.finish();  // the last moment to stop it
  auto result = committer.finish();
  if (!result) return std::nullopt;
  finish_quietly([&] {
    remember_files(state, folder, committer.seen());
    if (result->is_new) fold_small_packs(state);
  });
  return result;
}

}  // namespace

CommitResult commit_files(State& state, std::span<const WorkingFile> files,
                          std::span<const std::string> removed, const CommitOptions& options) {
  const Base base(state, options);
  for (;;) {
    check_base(base, files, removed);
    if (auto result = commit_once(state, files, removed, options, {})) return std::move(*result);
  }
}

CommitResult commit_folder(State& state, const std::filesystem::path& folder,
                           std::span<const std::string> paths, const CommitOptions& options) {
  const Base base(state, options);
  for (;;) {
    FolderChanges changes = look_at_folder(state, folder, paths);
    leave_to_others(base, changes);
    check_base(base, changes.maybe, changes.removed);
    auto result = commit_once(state, changes.maybe, changes.removed, options, changes.folder);
    if (result) return std::move(*result);
  }
}

}  // namespace qfcsync::repository
