#include <qfcsync/error.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "folder_config.hpp"
#include "folder_status.hpp"
#include "terminal.hpp"
#include "version_text.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr std::size_t kMaxFiles = 20;  ///< shown of those that changed

constexpr int kMaxAttempts = 20;  ///< while others commit all the time

constexpr const char* kHelp = R"(
Makes a version of the files as they are now; it is safe when the command returns. A GeoPackage may
be open in QGIS: what it has saved is taken. Only what is new is stored, a few kilobytes for a few
features. Without PATH all that qfcsync status lists is taken; nothing to do makes no version.

Files that others changed meanwhile, and you did not, come into the folder. When both changed one
file, nothing is done: qfcsync update brings both together first.

Exit status: 0 a version is made, or there is nothing to do; 1 the work failed, or somebody else
changed the same file; 2 wrong usage, or a file cannot be read.

Examples:
  qfcsync commit -m "Oaks of the east side"
  qfcsync commit photos survey.gpkg --author "Ada L." --device "tablet 3"
)";

struct Arguments {
  std::string folder;
  std::vector<std::string> paths;
  qfcsync::CommitOptions options;
  bool is_json = false;
};

void print_result(const qfcsync::CommitResult& result) {
  if (!result.is_new) return fmt::print("nothing has changed; no version is made\n");
  const std::size_t shown = std::min(result.files.size(), kMaxFiles);
  for (std::size_t i = 0; i < shown; ++i) fmt::print("{}\n", file_line(result.files[i]));
  if (shown < result.files.size()) {
    fmt::print("... and {}\n", counted(result.files.size() - shown, "more file"));
  }
  fmt::print("version {}, {} stored\n", Paint(stdout)(Ink::Yellow, short_id(result.version)),
             size_text(result.stored_bytes));
}

/// The folder stands on the new version, unless others came in between with files of theirs.
void settle(WorkingFolder& folder, const qfcsync::CommitResult& result, const std::string& base) {
  qfcsync::LogOptions one;
  one.limit = 1;
  const auto newest = folder.repository().log(one);
  const bool is_direct =
      !newest.empty() && newest.front().id == result.version &&
      (base.empty() ? newest.front().parents.empty() : newest.front().parents.front() == base);
  if (is_direct) return folder.set_base(result.version);
  try {
    take_others(folder);
  } catch (const qfcsync::Error& error) {  // the version is made, and update does the rest
    fmt::print(stderr, "note: {}\n", printable(error.what()));
  }
}

/// Others may commit at any time: what they did to other files is taken, and ours goes on top.
qfcsync::CommitResult commit_again(WorkingFolder& folder, const std::vector<std::string>& paths,
                                   qfcsync::CommitOptions& options) {
  for (int attempt = 1;; ++attempt) {
    take_others(folder);
    options.base = folder.base();
    ProgressLine line("Committing");
    options.progress = line.callback();
    try {
      return folder.repository().commit_folder(folder.root(), paths, options);
    } catch (const qfcsync::Error& error) {
      if (error.code() != qfcsync::ErrorCode::HeadMoved || attempt == kMaxAttempts) throw;
    }
  }
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  qfcsync::CommitOptions options = arguments.options;
  if (options.author.empty()) options.author = default_author(folder.config());
  if (options.device.empty()) options.device = default_device(folder.config());
  const auto paths = folder.paths_of(arguments.paths);
  const qfcsync::CommitResult result = commit_again(folder, paths, options);
  if (result.is_new) settle(folder, result, options.base);
  if (!arguments.is_json) return print_result(result);
  print_json({{"version", result.version},
              {"is_new", result.is_new},
              {"stored_bytes", result.stored_bytes},
              {"files", to_json(result.files)}});
}

}  // namespace

void add_commit(CLI::App& app) {
  CLI::App* command = app.add_subcommand("commit", "Make a version of what has changed");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  qfcsync::CommitOptions& options = arguments->options;
  command->add_option("PATH", arguments->paths, "Files or folders; default: all");
  command->add_option("-m,--message", options.message, "What it is about; default: what changed")
      ->option_text("TEXT");
  command->add_option("--author", options.author, "Default: QFCSYNC_AUTHOR, .qfcsync/config, you")
      ->option_text("NAME");
  command
      ->add_option("--device", options.device,
                   "Default: QFCSYNC_DEVICE, .qfcsync/config, this computer")
      ->option_text("NAME");
  command->add_flag("--json", arguments->is_json, "Write the outcome as one JSON object");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
