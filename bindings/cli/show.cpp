#include "change_printer.hpp"
#include "commands.hpp"
#include "files.hpp"
#include "options.hpp"

#include <memory>
#include <optional>
#include <string>

namespace {

constexpr const char* kHelp = R"(
Shows what is in a changeset, written by qfcsync, geodiff or SQLite: counts of each table, then one
line a feature (+ inserted, ~ updated, - deleted) with old -> new values. "-" is standard input.

The names of columns come from the changeset when qfcsync wrote it; for others --schema names a file
that has the same tables, e.g. the GeoPackage that the changeset was made from.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync show week.changeset
  qfcsync show week.changeset --json | jq .
  qfcsync show plain.changeset --schema monday.gpkg --geojson > changes.geojson
)";

struct Arguments {
  std::string changeset;
  std::string schema;
  Format format = Format::Text;
};

/// Puts aside what is read: the counts come before the changes, and a pipe is read only once.
class CopyingSource : public qfcsync::ByteSource {
 public:
  CopyingSource(qfcsync::ByteSource& source, qfcsync::ByteSink& copy)
      : source_(source), copy_(copy) {}
  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t got = source_.read(buffer, size);
    copy_.write({buffer, got});
    return got;
  }

 private:
  qfcsync::ByteSource& source_;
  qfcsync::ByteSink& copy_;
};

void print_all(const Arguments& arguments, qfcsync::ByteSource& changeset,
               const qfcsync::DatabaseSchema* schema) {
  if (arguments.format == Format::Summary) return print_summary(qfcsync::summarize(changeset));
  const auto scratch = qfcsync::make_scratch();
  CopyingSource copying(changeset, *scratch);
  const qfcsync::ChangesetSummary summary = qfcsync::summarize(copying);
  StoreSource again(*scratch);
  print_changes(again, summary, schema);
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  std::optional<qfcsync::DatabaseSchema> schema;
  if (!arguments.schema.empty()) schema = qfcsync::read_schema(arguments.schema);
  const qfcsync::DatabaseSchema* known = schema ? &*schema : nullptr;
  const bool is_text = arguments.format == Format::Text || arguments.format == Format::Summary;
  ProgressLine line("Reading");
  Inputs inputs(is_text ? &line : nullptr);
  qfcsync::ByteSource& changeset = inputs.open(arguments.changeset);
  inputs.read([&] {
    if (is_text) return print_all(arguments, changeset, known);
    DocumentFile out(kStandardStream);
    write_as(arguments.format, changeset, out.sink(), known);
    out.publish();
  });
}

}  // namespace

void add_show(CLI::App& app) {
  CLI::App* command = app.add_subcommand("show", "Show what is in a changeset");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("CHANGESET", arguments->changeset, "File to read, - for standard input")
      ->required();
  add_format_options(*command, arguments->format);
  command
      ->add_option("--schema", arguments->schema,
                   "GeoPackage or SQLite file with the tables, for the names of columns")
      ->option_text("FILE");
  command->callback([arguments] { run(*arguments); });
}
