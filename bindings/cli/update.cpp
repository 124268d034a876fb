#include <qfcsync/error.hpp>
#include <qfcsync/merge.hpp>

#include "commands.hpp"
#include "folder_status.hpp"
#include "merge_run.hpp"
#include "options.hpp"
#include "replace_file.hpp"
#include "scratch_folder.hpp"
#include "version_text.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

namespace fs = std::filesystem;
using qfcsync::ErrorCode;
using qfcsync::FileAction;

constexpr const char* kHelp = R"(
Brings what others committed into the folder. Files that you did not change become as in the newest
version. A GeoPackage that both sides changed is merged, feature by feature and cell by cell, as
qfcsync merge does; the result is yours to commit. Where both changed the same cell --policy
decides, and the values of both are printed. Any other file that both changed stays as yours is;
theirs is in the version that is named.

Exit status: 0 done without conflicts; 1 done with conflicts, or the work failed; 2 wrong usage.

Examples:
  qfcsync update
  qfcsync update --policy theirs && qfcsync commit -m "Merged"
)";

struct Arguments {
  std::string folder;
  qfcsync::MergePolicy policy = qfcsync::MergePolicy::Ours;
};

class Updater {
 public:
  Updater(WorkingFolder& folder, qfcsync::MergePolicy policy) : folder_(folder), policy_(policy) {}

  /// @return whether nothing is in conflict
  bool run() {
    const FolderState state = look_at(folder_);
    newest_ = state.newest;
    for (const FolderEntry& entry : state.entries) {  // before anything is done
      if (entry.changer != Changer::Here) check_replaceable(folder_.file_of(entry.path));
    }
    for (const FolderEntry& entry : state.entries) bring(entry);
    if (!newest_.empty()) folder_.set_base(newest_);
    if (!is_any_) fmt::print("nothing new\n");
    return !has_conflicts_;
  }

 private:
  void bring(const FolderEntry& entry) {
    if (entry.changer == Changer::Here) return;
    is_any_ = true;
    const bool is_there = entry.action != FileAction::Removed;
    if (entry.changer == Changer::Others) {
      put_file(folder_, newest_, entry.path, is_there);
      fmt::print("{}  {}\n", action_text(entry.action), printable(entry.path));
    } else if (entry.action != FileAction::Changed || !merge(entry.path)) {
      has_conflicts_ = true;
      fmt::print("{}: changed on both sides; yours stays, theirs is in version {}\n",
                 printable(entry.path), short_id(newest_));
    }
  }

  /// @return false: the file cannot be merged
  bool merge(const std::string& path) {
    if (!fs::exists(folder_.file_of(path))) return false;
    const ScratchFolder scratch(folder_.root() / ".qfcsync");
    const fs::path base = scratch / "base";
    const fs::path theirs = scratch / "theirs";
    folder_.repository().restore(folder_.base(), path, base);
    folder_.repository().restore(newest_, path, theirs);
    const std::string ours = folder_.file_of(path).string();
    MergeRun run("Merging", policy_, "", stdout);
    try {
      const auto merged =
          qfcsync::merge_files(base, ours, theirs, folder_.file_of(path), run.options());
      run.print_end(printable(path) + ": merged", merged.renumbered);
      print_notes(merged.notes);
    } catch (const qfcsync::Error& error) {
      if (error.code() != ErrorCode::Unsupported && error.code() != ErrorCode::Corrupt) throw;
      return false;
    }
    has_conflicts_ = has_conflicts_ || run.has_conflicts();
    return true;
  }

  WorkingFolder& folder_;
  qfcsync::MergePolicy policy_;
  std::string newest_;
  bool is_any_ = false;
  bool has_conflicts_ = false;
};

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  if (!Updater(folder, arguments.policy).run()) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_update(CLI::App& app) {
  CLI::App* command = app.add_subcommand("update", "Bring what others committed into the folder");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  add_policy_option(*command, arguments->policy);
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
