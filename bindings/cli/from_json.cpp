#include <qfcsync/changeset_json.hpp>
#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "files.hpp"

#include <memory>
#include <optional>
#include <string>

namespace {

constexpr const char* kHelp = R"(
Reads what show --json and diff --json print, edited by people or not, and writes the changeset.
"-" is standard input or output. To change a geometry, edit "wkt" and remove "base64" beside it.

--schema names a file that has the same tables; it is needed only for JSON that does not name the
columns of its tables.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync show week.changeset --json > week.json
  qfcsync from-json week.json -o corrected.changeset
)";

struct Arguments {
  std::string json;
  std::string output = kStandardStream;
  std::string schema;
};

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  check_output(arguments.output, Content::Binary, {arguments.json, arguments.schema});
  std::optional<qfcsync::DatabaseSchema> schema;
  if (!arguments.schema.empty()) schema = qfcsync::read_schema(arguments.schema);
  ProgressLine line("Reading");
  Inputs inputs(&line);
  qfcsync::ByteSource& json = inputs.open(arguments.json);
  qfcsync::FileSink out(arguments.output);
  try {
    qfcsync::read_json(json, out, schema ? &*schema : nullptr);
  } catch (const qfcsync::Error& error) {
    if (error.code() == qfcsync::ErrorCode::Io) throw;  // may be of the output
    throw named(error, input_name(arguments.json));
  }
  out.publish();
}

}  // namespace

void add_from_json(CLI::App& app) {
  CLI::App* command = app.add_subcommand("from-json", "Make a changeset of its JSON");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("JSON", arguments->json, "File to read, - for standard input")->required();
  command->add_option("-o,--output", arguments->output, "File to write (default: standard output)")
      ->option_text("OUT");
  command
      ->add_option("--schema", arguments->schema,
                   "GeoPackage or SQLite file with the tables, for the names of columns")
      ->option_text("FILE");
  command->callback([arguments] { run(*arguments); });
}
