#include <qfcsync/changeset.hpp>

#include "commands.hpp"
#include "files.hpp"

#include <memory>
#include <string>

namespace {

constexpr const char* kHelp = R"(
Writes the changeset that undoes another one: inserts become deletes, deletes inserts, and updates
swap old and new values. "-" is standard input or output.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync invert week.changeset -o undo.changeset
  qfcsync invert week.changeset | qfcsync apply friday.gpkg -
)";

void run(const std::string& input, const std::string& output) {
  const StopOnInterrupt stop;
  check_output(output, Content::Binary);
  ProgressLine line("Inverting");
  Inputs inputs(&line);
  qfcsync::ByteSource& changeset = inputs.open(input);
  qfcsync::FileSink out(output);
  inputs.read([&] { qfcsync::invert(changeset, out); });
  out.publish();
}

}  // namespace

void add_invert(CLI::App& app) {
  CLI::App* command = app.add_subcommand("invert", "Write the changeset that undoes another one");
  command->footer(kHelp);
  const auto input = std::make_shared<std::string>();
  const auto output = std::make_shared<std::string>(kStandardStream);
  command->add_option("IN", *input, "Changeset to read, - for standard input")->required();
  command->add_option("-o,--output", *output, "File to write (default: standard output)")
      ->option_text("OUT");
  command->callback([input, output] { run(*input, *output); });
}
