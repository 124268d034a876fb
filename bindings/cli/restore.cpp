#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "files.hpp"
#include "folder_status.hpp"
#include "replace_file.hpp"
#include "version_text.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using qfcsync::FileAction;

constexpr const char* kHelp = R"(
Brings files back as they were in a version: one file, or without PATH all of them. Files that the
version has not, and that are in the newest one, are removed; files without any version stay.
What you have changed since the last commit is never overwritten without --force: commit it first.
The history stays as it is; commit what was brought back to make it the newest version.

VERSION is an id, 8 or more of its first digits, a tag, HEAD for the newest, or one of these with ~N
for the N-th before it. Each file appears whole, checked against its hash, or not at all.

Exit status: 0 done; 1 the work failed, or a file is open in another program; 2 wrong usage, no such
version or file, or changes that would be lost.

Examples:
  qfcsync restore HEAD~1 survey.gpkg
  qfcsync restore 3f2a91c0 survey.gpkg -o survey_of_monday.gpkg
  qfcsync restore before-the-storm && qfcsync commit -m "Back to before the storm"
)";

struct Arguments {
  std::string folder;
  std::string version;
  std::string path;
  std::string output;
  bool is_forced = false;
};

void refuse_loss(const FolderState& state) {
  std::string names;
  for (const FolderEntry& entry : state.entries) {
    if (entry.changer == Changer::Others || entry.action == FileAction::Removed) continue;
    names += (names.empty() ? "" : ", ") + entry.path;
  }
  if (names.empty()) return;
  throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                       fmt::format("changed since the last commit: {}; commit first, or give "
                                   "--force to lose these changes; nothing was done",
                                   names));
}

void restore_file(WorkingFolder& folder, const std::string& version, const std::string& path,
                  bool is_forced) {
  if (!is_forced) refuse_loss(look_at(folder, {path}));
  put_file(folder, version, path, true);
  fmt::print("{}: as in version {}\n", printable(path), short_id(version));
}

/// New files that the version has not are nobody's to remove or overwrite.
void drop_untouched(FolderState& state, const std::vector<qfcsync::FileInfo>& wanted) {
  std::erase_if(state.entries, [&](const FolderEntry& entry) {
    return entry.changer == Changer::Here && entry.action == FileAction::Added &&
           std::ranges::find(wanted, entry.path, &qfcsync::FileInfo::path) == wanted.end();
  });
}

void restore_all(WorkingFolder& folder, const std::string& version, bool is_forced) {
  const auto files = folder.repository().files(version);
  FolderState state = look_at(folder);
  drop_untouched(state, files);
  if (!is_forced) refuse_loss(state);
  // What differs from the newest version here, and what does there.
  std::vector<std::pair<std::string, bool>> work;
  const auto is_wanted = [&](const std::string& path) {
    return std::ranges::find(files, path, &qfcsync::FileInfo::path) != files.end();
  };
  for (const FolderEntry& entry : state.entries) {
    work.emplace_back(entry.path, is_wanted(entry.path));
  }
  for (const auto& change : folder.repository().diff_files(state.newest, version)) {
    work.emplace_back(change.path, change.action != FileAction::Removed);
  }
  std::ranges::sort(work);
  work.erase(std::unique(work.begin(), work.end()), work.end());
  for (const auto& [path, is_there] : work) check_replaceable(folder.file_of(path));
  for (const auto& [path, is_there] : work) put_file(folder, version, path, is_there);
  folder.set_base(state.newest);
  fmt::print("all files as in version {}\n", short_id(version));
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  const std::string version = folder.repository().resolve(arguments.version);
  const std::string path = arguments.path.empty() ? "" : folder.path_of(arguments.path);
  if (arguments.output.empty()) {
    if (path.empty()) return restore_all(folder, version, arguments.is_forced);
    return restore_file(folder, version, path, arguments.is_forced);
  }
  if (path.empty()) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         "-o takes one file: name it as PATH; all files: qfcsync export");
  }
  check_replaceable(arguments.output);
  if (!arguments.is_forced) check_output(arguments.output, Content::Text);
  folder.repository().restore(version, path, arguments.output);
}

}  // namespace

void add_restore(CLI::App& app) {
  CLI::App* command = app.add_subcommand("restore", "Bring files back as they were in a version");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("VERSION", arguments->version, "Which one")->required();
  command->add_option("PATH", arguments->path, "File to bring back; default: all");
  command->add_option("-o,--output", arguments->output, "Write the file there instead")
      ->option_text("FILE");
  command->add_flag("--force", arguments->is_forced, "Also over changes that have no version");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
