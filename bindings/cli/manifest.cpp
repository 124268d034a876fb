#include <qfcsync/extract.hpp>

#include "commands.hpp"
#include "files.hpp"

#include <memory>
#include <string>

namespace {

constexpr const char* kHelp = R"(
Writes the hashes of all pages of a file. Given to diff as --manifest, pages of the file that are
the same in the other one need not be read again: make it when a file has just been synced.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync manifest monday.gpkg -o monday.pages
  qfcsync diff monday.gpkg friday.gpkg --manifest monday.pages
)";

void run(const std::string& file, const std::string& output) {
  const StopOnInterrupt stop;
  check_output(output, Content::Binary, {file});
  ProgressLine line("Reading");
  qfcsync::FileSink out(output);
  qfcsync::write_page_manifest(file, out, line.callback());
  out.publish();
}

}  // namespace

void add_manifest(CLI::App& app) {
  CLI::App* command = app.add_subcommand("manifest", "Write the page hashes of a file");
  command->footer(kHelp);
  const auto file = std::make_shared<std::string>();
  const auto output = std::make_shared<std::string>();
  command->add_option("FILE", *file, "GeoPackage or SQLite file")->required();
  command->add_option("-o,--output", *output, "File to write, - for standard output")
      ->required()
      ->option_text("OUT REQUIRED");
  command->callback([file, output] { run(*file, *output); });
}
