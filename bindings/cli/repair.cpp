#include "change_printer.hpp"
#include "commands.hpp"
#include "version_text.hpp"
#include "working_folder.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Fetches what qfcsync check found damaged or missing from another store of the same project: a copy
on a stick, a bucket. The other one is only read.

Exit status: 0 all is well again; 1 something is not there either, or the work failed; 2 wrong
usage, or the other store has no versions.

Examples:
  qfcsync repair --from /media/stick/survey-versions
  qfcsync repair --from webdav+https://cloud.example.org/dav/files/ada/survey
)";

struct Arguments {
  std::string folder;
  std::string address;
  bool is_json = false;
};

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  const auto report = folder.repository().repair(folder.open_other(arguments.address));
  if (arguments.is_json) {
    print_json({{"repaired", report.repaired},
                {"unrepaired", report.unrepaired},
                {"fetched_objects", report.fetched_objects}});
  } else {
    for (const auto& name : report.repaired) fmt::print("repaired    {}\n", printable(name));
    for (const auto& name : report.unrepaired) fmt::print("unrepaired  {}\n", printable(name));
    fmt::print("{} repaired, {} not\n", counted(report.repaired.size(), "pack"),
               report.unrepaired.size());
  }
  if (!report.unrepaired.empty()) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_repair(CLI::App& app) {
  CLI::App* command = app.add_subcommand("repair", "Fetch what is damaged from another store");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--from", arguments->address, "The other store: as of qfcsync init")
      ->required()
      ->option_text("ADDRESS REQUIRED");
  command->add_flag("--json", arguments->is_json, "Write the outcome as one JSON object");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
