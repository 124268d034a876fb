#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "folder_config.hpp"
#include "folder_status.hpp"
#include "replace_file.hpp"
#include "row_choice.hpp"
#include "version_text.hpp"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Takes back what one version did, as a new version: all of it, one file's part, one table's, or one
feature's. What was done since stays. Where it was changed again since, nothing is done and the
conflicts are listed. The files of the folder follow; commit your own changes of them first.

Exit status: 0 done; 1 it was changed again since, or the work failed; 2 wrong usage, or the version
did nothing of the kind.

Examples:
  qfcsync undo HEAD
  qfcsync undo 3f2a91c0 survey.gpkg --table trees
  qfcsync undo 3f2a91c0 survey.gpkg --table trees --key 12 -m "Tree 12 is an oak after all"
)";

struct Arguments {
  std::string folder;
  std::string version;
  std::string path;
  RowChoice choice;
  qfcsync::CommitOptions commit;
  bool is_json = false;
};

/// What the version changed, all of it or the one path.
std::vector<std::string> paths_to_undo(qfcsync::Repository& repository, const std::string& version,
                                       const std::string& path) {
  if (!path.empty()) return {path};
  std::vector<std::string> paths;
  try {
    for (const auto& file : repository.diff_files(version + "~1", version)) {
      paths.push_back(file.path);
    }
  } catch (const qfcsync::Error& error) {
    if (error.code() != qfcsync::ErrorCode::NotFound) throw;
    for (const auto& file : repository.files(version)) paths.push_back(file.path);  // the first one
  }
  return paths;
}

/// The files must be as in the newest version, so that they can follow.
void check_folder(WorkingFolder& folder, const std::vector<std::string>& paths) {
  take_others(folder);
  for (const std::string& path : paths) check_replaceable(folder.file_of(path));
  if (paths.empty()) return;
  const FolderState state = look_at(folder, paths);
  if (state.entries.empty()) return;
  throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                       fmt::format("{} has changes without a version: commit them first",
                                   state.entries.front().path));
}

void print_json_result(const qfcsync::UndoResult& result) {
  nlohmann::ordered_json conflicts = nlohmann::ordered_json::array();
  for (const auto& conflict : result.conflicts) {
    conflicts.push_back({{"path", conflict.path}, {"text", conflict.text}});
  }
  print_json({{"is_done", result.is_done},
              {"version", result.commit.version},
              {"files", to_json(result.commit.files)},
              {"conflicts", conflicts}});
}

void print_result(const qfcsync::UndoResult& result) {
  for (const auto& conflict : result.conflicts) {
    fmt::print("{}: {}\n", printable(conflict.path), printable(conflict.text));
  }
  if (!result.is_done) return fmt::print("nothing was undone: it was changed again since\n");
  for (const auto& file : result.commit.files) fmt::print("{}\n", file_line(file));
  fmt::print("version {} undoes it\n", short_id(result.commit.version));
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  qfcsync::UndoOptions options;
  options.path = arguments.path.empty() ? "" : folder.path_of(arguments.path);
  options.table = arguments.choice.table;
  options.key = arguments.choice.key_values();
  options.commit = arguments.commit;
  if (options.commit.author.empty()) options.commit.author = default_author(folder.config());
  if (options.commit.device.empty()) options.commit.device = default_device(folder.config());
  const std::string version = folder.repository().resolve(arguments.version);
  check_folder(folder, paths_to_undo(folder.repository(), version, options.path));
  const qfcsync::UndoResult result = folder.repository().undo(version, options);
  if (result.is_done) take_others(folder);
  if (arguments.is_json) {
    print_json_result(result);
  } else {
    print_result(result);
  }
  if (!result.is_done) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_undo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("undo", "Take back what a version did, as a new version");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("VERSION", arguments->version, "Whose changes to take back")->required();
  command->add_option("PATH", arguments->path, "Only those of this file");
  add_row_options(*command, arguments->choice);
  command->get_option("--table")->needs(command->get_option("PATH"));
  command->add_option("-m,--message", arguments->commit.message, "What the new version is about")
      ->option_text("TEXT");
  command->add_option("--author", arguments->commit.author, "As of qfcsync commit")
      ->option_text("NAME");
  command->add_option("--device", arguments->commit.device, "As of qfcsync commit")
      ->option_text("NAME");
  command->add_flag("--json", arguments->is_json, "Write the outcome as one JSON object");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
