#include "commands.hpp"
#include "terminal.hpp"
#include "working_folder.hpp"

#include <memory>
#include <string>

namespace {

constexpr const char* kHelp = R"(
Writes all files of a version into another folder, which must be empty or missing.

Exit status: 0 done, 1 the work failed, 2 wrong usage, no such version, or the folder is not empty.

Examples:
  qfcsync export HEAD /tmp/handover
  qfcsync export before-the-storm ../before
)";

struct Arguments {
  std::string folder;
  std::string version;
  std::string target;
};

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  folder.repository().export_version(arguments.version, arguments.target);
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command = app.add_subcommand("export", "Write all files of a version into a folder");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("VERSION", arguments->version, "Which one")->required();
  command->add_option("FOLDER", arguments->target, "Where to")->required();
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
