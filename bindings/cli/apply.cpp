#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "files.hpp"
#include "mismatch_text.hpp"

#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace {

using qfcsync::ChangesetApplyResult;

constexpr std::size_t kMaxLines = 20;

constexpr const char* kHelp = R"(
Makes the changes of a changeset in a GeoPackage or SQLite file, all or nothing. Spatial index,
feature counts and extents stay right. "-" is standard input.

A change fits when the file holds what the changeset expects. If one does not, nothing is changed
and the misfits are listed; with --skip-mismatches those changes are left out and all others are
made. --report writes every misfit to a file, one JSON object a line with expected and found values.

Exit status: 0 all changes are made (--dry-run: would be); 1 some do not fit, or the work failed;
2 wrong usage, or the file or changeset cannot be read or has other tables.

Examples:
  qfcsync apply copy.gpkg week.changeset --dry-run
  qfcsync apply copy.gpkg week.changeset
  qfcsync apply copy.gpkg week.changeset --skip-mismatches --report misfits.jsonl
)";

struct Arguments {
  std::string target;
  std::string changeset;
  std::string report;
  bool is_dry_run = false;
  bool skips = false;
};

ChangesetApplyResult apply(const Arguments& arguments, qfcsync::ByteSource& changeset,
                           qfcsync::ByteSink* report) {
  ProgressLine line("Applying");
  qfcsync::ChangesetApplyOptions options;
  if (arguments.skips) options.policy = qfcsync::MismatchPolicy::Skip;
  options.dry_run = arguments.is_dry_run;
  options.max_reported = kMaxLines;
  options.progress = line.callback();
  options.on_mismatch = [report](const qfcsync::Mismatch& mismatch, const qfcsync::Change&) {
    if (report != nullptr) report->write(qfcsync::mismatch_json(mismatch) + "\n");
  };
  return qfcsync::apply_changeset(arguments.target, changeset, options);
}

void publish_report(qfcsync::FileSink& report, bool is_applied) {
  try {
    report.publish();
  } catch (const qfcsync::Error& error) {
    throw qfcsync::Error(
        error.code(),
        fmt::format("{}, but the report is not written: {}",
                    is_applied ? "the changes are made" : "nothing was changed", error.what()),
        error.origin(), error.native());
  }
}

std::string outcome(const ChangesetApplyResult& result, const Arguments& arguments) {
  if (result.mismatch_count != 0 && !arguments.skips) {
    return fmt::format(
        "nothing {} changed, because not all changes fit; --skip-mismatches makes "
        "those that do",
        arguments.is_dry_run ? "would be" : "was");
  }
  std::string text = fmt::format("{} {}made", counted(result.changes_applied, "change"),
                                 arguments.is_dry_run ? "would be " : "");
  if (result.changes_skipped != 0) text += fmt::format(", {} left out", result.changes_skipped);
  return text;
}

void print(const ChangesetApplyResult& result, const Arguments& arguments) {
  for (const qfcsync::Mismatch& mismatch : result.mismatches) {
    fmt::print("{}\n", mismatch_text(mismatch));
  }
  if (result.mismatch_count > result.mismatches.size()) {
    fmt::print("... and {} more{}\n", result.mismatch_count - result.mismatches.size(),
               arguments.report.empty() ? "; --report FILE lists all" : "");
  }
  fmt::print("{}: {}\n", printable(arguments.target), outcome(result, arguments));
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  Inputs inputs;
  qfcsync::ByteSource& changeset = inputs.open(arguments.changeset);
  std::optional<qfcsync::FileSink> report;
  if (!arguments.report.empty()) {
    check_output(arguments.report, Content::Text, {arguments.target, arguments.changeset});
    report.emplace(arguments.report);
  }
  ChangesetApplyResult result;
  inputs.read([&] { result = apply(arguments, changeset, report ? &*report : nullptr); });
  if (report) publish_report(*report, result.is_applied);
  print(result, arguments);
  if (result.mismatch_count != 0) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_apply(CLI::App& app) {
  CLI::App* command = app.add_subcommand("apply", "Make the changes of a changeset in a file");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("TARGET", arguments->target, "GeoPackage or SQLite file to change")
      ->required();
  command->add_option("CHANGESET", arguments->changeset, "File to read, - for standard input")
      ->required();
  command->add_flag("--dry-run", arguments->is_dry_run, "Say what would happen, change nothing");
  command->add_flag("--skip-mismatches", arguments->skips,
                    "Leave out changes that do not fit, make all others");
  command->add_option("--report", arguments->report, "File for all misfits, JSON Lines")
      ->option_text("FILE");
  command->callback([arguments] { run(*arguments); });
}
