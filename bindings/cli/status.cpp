#include "commands.hpp"
#include "folder_status.hpp"
#include "version_text.hpp"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using nlohmann::ordered_json;

constexpr const char* kHelp = R"(
Shows which files of the folder differ from the version that it stands on: what qfcsync commit would
put into the next version. GeoPackages may be open in QGIS meanwhile; what it has saved counts.
"newer" are files that others changed since, "both" those that you changed, too: qfcsync update
brings them. Side files of databases (-wal, -shm, -journal) and links have no versions.

--json writes one object a file: path, action (added, changed, removed), by (here, others, both).

Exit status: 0 done (with --exit-code: nothing differs); 1 the work failed (with --exit-code: or
something differs); 2 wrong usage, or no versions here.

Examples:
  qfcsync status
  qfcsync status photos --exit-code && echo all saved
)";

struct Arguments {
  std::string folder;
  std::vector<std::string> paths;
  bool is_json = false;
  bool has_exit_code = false;
};

constexpr const char* kChangers[] = {"here", "others", "both"};

void print_entry(const FolderEntry& entry) {
  const Paint paint(stdout);
  const std::string what = entry.changer == Changer::Here     ? action_text(entry.action)
                           : entry.changer == Changer::Others ? "newer  "
                                                              : paint(Ink::Red, "both   ");
  fmt::print("{}  {}\n", what, printable(entry.path));
}

void print_head(WorkingFolder& folder, const FolderState& state) {
  const std::string base = folder.base();
  if (state.newest.empty()) {
    fmt::print("no version yet\n");
  } else if (base.empty()) {
    fmt::print("the folder stands on no version yet: qfcsync update brings the files\n");
  } else {
    const std::string name = short_id(base);
    fmt::print("on version {}{}\n", name,
               base == state.newest
                   ? ""
                   : fmt::format("; the newest one is {}: qfcsync update", short_id(state.newest)));
  }
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  const FolderState state = look_at(folder, folder.paths_of(arguments.paths));
  if (arguments.is_json) {
    JsonLines lines;
    for (const FolderEntry& entry : state.entries) {
      lines.add({{"path", entry.path},
                 {"action", qfcsync::to_string(entry.action)},
                 {"by", kChangers[static_cast<int>(entry.changer)]}});
    }
    lines.publish();
  } else {
    print_head(folder, state);
    for (const FolderEntry& entry : state.entries) print_entry(entry);
    if (state.entries.empty()) fmt::print("nothing has changed\n");
  }
  if (arguments.has_exit_code && !state.entries.empty()) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_status(CLI::App& app) {
  CLI::App* command = app.add_subcommand("status", "Show what has changed in the folder");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("PATH", arguments->paths, "Files or folders; default: all");
  command->add_flag("--json", arguments->is_json, "Write JSON, one object a line");
  command->add_flag("--exit-code", arguments->has_exit_code, "Exit with 1 when something differs");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
