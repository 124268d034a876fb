#include <qfcsync/error.hpp>
#include <qfcsync/merge.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "files.hpp"
#include "merge_run.hpp"
#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Merges two edited copies of a GeoPackage or SQLite file. BASE is the common state before, RESULT
gets the edits of both sides; it appears whole or not at all, and may be OURS or THEIRS.

What only one side changed is taken, cell by cell; a geometry counts as one cell. Where both changed
the same differently, --policy decides what RESULT holds; the values of both sides are printed or,
with --conflicts, written to a file, one JSON object a line. With ask you decide each at the
terminal. Rows that both sides inserted under one key are both kept: ours gets another key.

Tables without a primary key are not merged: RESULT has those of THEIRS. A note on standard error
names each that OURS had changed.

Exit status: 0 all is merged, without conflicts; 1 merged with conflicts or without some tables, or
the work failed; 2 wrong usage or input that cannot be read.

Examples:
  qfcsync merge base.gpkg ada.gpkg bob.gpkg -o merged.gpkg
  qfcsync merge base.gpkg ada.gpkg bob.gpkg -o ada.gpkg --policy theirs --conflicts lost.jsonl
)";

struct Arguments {
  std::string base;
  std::string ours;
  std::string theirs;
  std::string result;
  std::string conflicts;
  std::vector<qfcsync::Relation> relations;
  qfcsync::MergePolicy policy = qfcsync::MergePolicy::Ours;
};

void check(const Arguments& arguments) {
  if (arguments.result == kStandardStream) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         "the merged file cannot go to standard output; name a file");
  }
  if (arguments.conflicts.empty()) return;
  check_output(arguments.conflicts, Content::Text,
               {arguments.base, arguments.ours, arguments.theirs, arguments.result});
}

bool has_lost_tables(const std::vector<qfcsync::TableNote>& notes) {
  using Reason = qfcsync::TableNote::Reason;
  return std::any_of(notes.begin(), notes.end(), [](const qfcsync::TableNote& note) {
    return note.reason == Reason::NoKey || note.reason == Reason::Virtual ||
           note.reason == Reason::Different;
  });
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  check(arguments);
  const bool is_piped = arguments.conflicts == kStandardStream;
  MergeRun merge("Merging", arguments.policy, arguments.conflicts, is_piped ? stderr : stdout);
  merge.options().relations = arguments.relations;
  merge.options().before_publish = [&merge] { merge.publish_conflicts(); };
  const qfcsync::MergeResult result = qfcsync::merge_files(
      arguments.base, arguments.ours, arguments.theirs, arguments.result, merge.options());
  print_notes(result.notes);
  merge.print_end(fmt::format("{}: ours {}; theirs {}", printable(arguments.result),
                              counts_text(totals(result.ours)), counts_text(totals(result.theirs))),
                  result.renumbered);
  if (merge.has_conflicts() || has_lost_tables(result.notes)) {
    throw CLI::RuntimeError(kExitIncomplete);
  }
}

}  // namespace

void add_merge(CLI::App& app) {
  CLI::App* command = app.add_subcommand("merge", "Merge two edited copies of a file");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("BASE", arguments->base, "The state before both edits")->required();
  command->add_option("OURS", arguments->ours, "Our copy")->required();
  command->add_option("THEIRS", arguments->theirs, "Their copy")->required();
  command->add_option("-o,--output", arguments->result, "The merged file")
      ->required()
      ->option_text("RESULT REQUIRED");
  add_policy_option(*command, arguments->policy);
  add_relation_option(*command, arguments->relations);
  command->add_option("--conflicts", arguments->conflicts, "File for the conflicts, JSON Lines")
      ->option_text("FILE");
  command->callback([arguments] { run(*arguments); });
}
