#include "change_printer.hpp"
#include "commands.hpp"
#include "version_text.hpp"
#include "working_folder.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Gives up the content of old versions, to save room. Kept are the newest versions of every file
(--keep-newest), all that are younger than --keep-days, tagged ones, and the log of all. Look at it
with --preview first: what was given up cannot be restored. Others may read and commit meanwhile;
room in the store is freed once --grace-hours are over, by a later prune.

Exit status: 0 done; 1 the work failed; 2 wrong usage, or what is kept is damaged.

Examples:
  qfcsync prune --preview
  qfcsync prune --keep-newest 20 --keep-days 365
)";

struct Arguments {
  std::string folder;
  qfcsync::PruneRules rules;
  std::int64_t grace_hours = qfcsync::PruneRules().grace.count();
  bool is_json = false;
};

void print_report(const qfcsync::PruneReport& report, bool is_preview) {
  for (const auto& version : report.pruned) {
    fmt::print("{}  {}  {}\n", short_id(version.version), printable(version.path),
               size_text(version.size));
  }
  fmt::print("{} {}given up, {} kept\n", counted(report.pruned.size(), "version of files"),
             is_preview ? "would be " : "", report.kept_versions);
  if (is_preview)
    return fmt::print("at most {} are stored for them\n", size_text(report.dead_bytes));
  fmt::print("{} freed now\n", size_text(report.removed_bytes));
}

void print_as_json(const qfcsync::PruneReport& report) {
  nlohmann::ordered_json pruned = nlohmann::ordered_json::array();
  for (const auto& version : report.pruned) {
    pruned.push_back(
        {{"path", version.path}, {"version", version.version}, {"size", version.size}});
  }
  print_json({{"pruned", pruned},
              {"kept_versions", report.kept_versions},
              {"dead_bytes", report.dead_bytes},
              {"removed_packs", report.removed_packs},
              {"removed_bytes", report.removed_bytes}});
}

void run(Arguments arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  arguments.rules.grace = std::chrono::hours(arguments.grace_hours);
  const qfcsync::PruneReport report = folder.repository().prune(arguments.rules);
  if (arguments.is_json) return print_as_json(report);
  print_report(report, arguments.rules.preview);
}

}  // namespace

void add_prune(CLI::App& app) {
  CLI::App* command = app.add_subcommand("prune", "Give up the content of old versions");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  qfcsync::PruneRules& rules = arguments->rules;
  command->add_flag("--preview", rules.preview, "Say what would be given up, change nothing");
  command
      ->add_option("--keep-newest", rules.keep_newest, "Versions kept of every file (default: 10)")
      ->option_text("COUNT")
      ->check(CLI::PositiveNumber);
  command->add_option("--keep-days", rules.keep_days, "Keep all that are younger")
      ->option_text("DAYS");
  command
      ->add_option("--grace-hours", arguments->grace_hours,
                   "How long others may go on reading what is not needed any more (default: 336)")
      ->option_text("HOURS")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--json", arguments->is_json, "Write the outcome as one JSON object");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
