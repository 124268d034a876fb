#include "change_printer.hpp"
#include "commands.hpp"
#include "version_text.hpp"
#include "working_folder.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Proves that the versions are sound: every pack against its hash, the history, that no piece is
missing. --deep decodes every version of every file, too, and takes as long as restoring them all.
Each problem is named with the versions that suffer; qfcsync repair fetches them from another store.

Exit status: 0 all is well; 1 there are problems, or the work failed; 2 wrong usage, or no versions.

Examples:
  qfcsync check
  qfcsync check --deep --json
)";

struct Arguments {
  std::string folder;
  bool is_deep = false;
  bool is_json = false;
};

void print_report(const qfcsync::CheckReport& report) {
  const Paint paint(stdout);
  for (const auto& problem : report.problems) {
    fmt::print("{}: {}\n", paint(Ink::Red, printable(problem.name)), printable(problem.text));
    for (const auto& version : problem.versions) {
      fmt::print("    cannot be restored: {}\n", printable(version));
    }
  }
  fmt::print("{}, {}, {}, {}: {}\n", counted(report.versions, "version"),
             counted(report.packs, "pack"), counted(report.objects, "object"),
             size_text(report.bytes),
             report.problems.empty() ? "all is well" : counted(report.problems.size(), "problem"));
}

void print_as_json(const qfcsync::CheckReport& report) {
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  for (const auto& problem : report.problems) {
    problems.push_back(
        {{"name", problem.name}, {"text", problem.text}, {"versions", problem.versions}});
  }
  print_json({{"problems", problems},
              {"versions", report.versions},
              {"packs", report.packs},
              {"objects", report.objects},
              {"bytes", report.bytes}});
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  const qfcsync::CheckReport report = folder.repository().check(
      arguments.is_deep ? qfcsync::CheckDepth::Deep : qfcsync::CheckDepth::Fast);
  if (arguments.is_json) {
    print_as_json(report);
  } else {
    print_report(report);
  }
  if (!report.problems.empty()) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_check(CLI::App& app) {
  CLI::App* command = app.add_subcommand("check", "Prove that the versions are sound");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_flag("--deep", arguments->is_deep, "Decode every version, too");
  command->add_flag("--json", arguments->is_json, "Write the outcome as one JSON object");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
