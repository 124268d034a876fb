#include "change_printer.hpp"
#include "commands.hpp"
#include "files.hpp"
#include "version_text.hpp"
#include "working_folder.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Takes in the versions of a bundle; the same one again does nothing. A folder that begins with a
bundle: qfcsync init, qfcsync unbundle FILE, qfcsync update. When both sides went on from an older
version, the bundle's versions are kept beside yours, and the newest of them is named, so that
qfcsync restore, diff and merge can use it.

Exit status: 0 done; 1 both sides went on, or the work failed; 2 wrong usage, a damaged bundle, or
one that builds on versions that are not here.

Examples:
  qfcsync unbundle /media/stick/survey.bundle && qfcsync update
)";

struct Arguments {
  std::string folder;
  std::string bundle;
  bool is_json = false;
};

void print_result(const qfcsync::UnbundleResult& result) {
  fmt::print("{}; the newest version is {}\n", counted(result.objects, "new object"),
             result.head.empty() ? "none" : short_id(result.head));
  if (result.diverged.empty()) return;
  fmt::print("both sides went on: the newest version of the bundle is {}, beside yours\n",
             short_id(result.diverged));
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  qfcsync::FileSource source(arguments.bundle);
  const qfcsync::UnbundleResult result = folder.repository().unbundle(source);
  if (arguments.is_json) {
    print_json({{"head", result.head}, {"diverged", result.diverged}, {"objects", result.objects}});
  } else {
    print_result(result);
  }
  if (!result.diverged.empty()) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_unbundle(CLI::App& app) {
  CLI::App* command = app.add_subcommand("unbundle", "Take in the versions of a bundle");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("FILE", arguments->bundle, "File to read, - for standard input")->required();
  command->add_flag("--json", arguments->is_json, "Write the outcome as one JSON object");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
