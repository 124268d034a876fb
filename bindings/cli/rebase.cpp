#include <qfcsync/changeset.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>
#include <qfcsync/schema.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "conflict_file.hpp"
#include "files.hpp"
#include "merge_run.hpp"
#include "options.hpp"

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Rewrites our changeset so that it applies after theirs. Both were made from the same base:

    base ---- THEIRS ----> theirs ---- OUT ----> merged
       `----- OURS ------> ours

What only one side changed stays. Where both changed the same differently, --policy decides which
side OUT writes; the values of both sides are in the conflict file, one JSON object a line. Rows
that both sides inserted under one key get another key on our side, with all that refers to them.

--base names the file that both were made from: its tables and keys are then known also where the
changesets do not tell them (those of geodiff, or made with diff --plain).

Exit status: 0 done without conflicts; 1 done with conflicts, or the work failed; 2 wrong usage or
input that cannot be read.

Examples:
  qfcsync rebase ours.changeset theirs.changeset -o ours_after_theirs.changeset \
      --conflicts conflicts.jsonl
)";

struct Arguments {
  std::string ours;
  std::string theirs;
  std::string output;
  std::string conflicts;
  std::string base;
  std::vector<qfcsync::Relation> relations;
  qfcsync::MergePolicy policy = qfcsync::MergePolicy::Ours;
};

void check(const Arguments& arguments) {
  check_output(arguments.output, Content::Binary);
  check_output(arguments.conflicts, Content::Text,
               {arguments.ours, arguments.theirs, arguments.output, arguments.base});
  if (arguments.output == kStandardStream && arguments.conflicts == kStandardStream) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         "changeset and conflicts cannot both go to standard output");
  }
}

/// Comparing a file with itself gives no change, but an envelope that knows the largest keys.
std::map<std::string, std::int64_t> largest_keys(const std::string& file,
                                                 const qfcsync::Progress& progress) {
  qfcsync::MemorySink empty;
  qfcsync::ExtractOptions options;
  options.with_envelope = true;
  options.progress = progress;
  qfcsync::extract(file, file, empty, options);
  qfcsync::MemorySource source(empty.bytes());
  qfcsync::ChangesetReader reader(source);
  reader.next();
  if (reader.envelope() == nullptr) return {};
  return {reader.envelope()->max_keys.begin(), reader.envelope()->max_keys.end()};
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  check(arguments);
  const bool is_piped =
      arguments.output == kStandardStream || arguments.conflicts == kStandardStream;
  MergeRun merge("Rebasing", arguments.policy, arguments.conflicts, is_piped ? stderr : stdout);
  merge.options().relations = arguments.relations;
  std::optional<qfcsync::DatabaseSchema> schema;
  if (!arguments.base.empty()) {
    schema = qfcsync::read_schema(arguments.base);
    merge.options().schema = &*schema;
    merge.options().max_keys = largest_keys(arguments.base, merge.options().progress);
  }
  Inputs inputs;
  qfcsync::ByteSource& ours = inputs.open(arguments.ours);
  qfcsync::ByteSource& theirs = inputs.open(arguments.theirs);
  qfcsync::FileSink out(arguments.output);
  const auto scratch = qfcsync::make_scratch();
  qfcsync::RebaseResult result;
  inputs.read([&] { result = qfcsync::rebase(ours, theirs, out, *scratch, merge.options()); });
  merge.publish_conflicts();  // first: without OUT the rebase can be run again
  out.publish();
  merge.print_end(fmt::format("{}: {}", printable(output_name(arguments.output)),
                              counted(result.change_count, "change")),
                  result.renumbered);
  if (merge.has_conflicts()) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_rebase(CLI::App& app) {
  CLI::App* command = app.add_subcommand("rebase", "Rewrite our changeset to apply after theirs");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("OURS", arguments->ours, "Changeset of our side, - for standard input")
      ->required();
  command->add_option("THEIRS", arguments->theirs, "Changeset of their side, - for standard input")
      ->required();
  command->add_option("-o,--output", arguments->output, "File to write, - for standard output")
      ->required()
      ->option_text("OUT REQUIRED");
  command->add_option("--conflicts", arguments->conflicts, "File for the conflicts, JSON Lines")
      ->required()
      ->option_text("FILE REQUIRED");
  add_policy_option(*command, arguments->policy);
  add_relation_option(*command, arguments->relations);
  command->add_option("--base", arguments->base, "The file that both changesets were made from")
      ->option_text("FILE");
  command->callback([arguments] { run(*arguments); });
}
