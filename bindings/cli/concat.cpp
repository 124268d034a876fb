#include <qfcsync/changeset.hpp>

#include "commands.hpp"
#include "files.hpp"

#include <memory>
#include <string>
#include <vector>

namespace {

constexpr const char* kHelp = R"(
Joins changesets that follow each other into one that does the same: of a row that several touch
only the result is left. Give them in the order in which they happened. "-" is standard input or
output. Changesets that cannot follow each other are refused.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read or joined.

Examples:
  qfcsync concat monday.changeset tuesday.changeset wednesday.changeset -o days.changeset
)";

struct Arguments {
  std::vector<std::string> inputs;
  std::string output;
};

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  check_output(arguments.output, Content::Binary);
  ProgressLine line("Joining");
  Inputs inputs(&line);
  std::vector<qfcsync::ByteSource*> changesets;
  for (const std::string& input : arguments.inputs) changesets.push_back(&inputs.open(input));
  qfcsync::FileSink out(arguments.output);
  const auto scratch = qfcsync::make_scratch();
  inputs.read([&] { qfcsync::concat(changesets, out, *scratch); });
  out.publish();
}

}  // namespace

void add_concat(CLI::App& app) {
  CLI::App* command = app.add_subcommand("concat", "Join changesets that follow each other");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("IN", arguments->inputs, "Changesets, the oldest first")->required();
  command->add_option("-o,--output", arguments->output, "File to write, - for standard output")
      ->required()
      ->option_text("OUT REQUIRED");
  command->callback([arguments] { run(*arguments); });
}
