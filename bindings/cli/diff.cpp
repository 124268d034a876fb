#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "diff_versions.hpp"
#include "files.hpp"
#include "options.hpp"
#include "working_folder.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
diff A B finds what changed from A to B, two states of one GeoPackage or SQLite file, whichever
program edited it. Both files are only read. Without options the changes are printed for people: counts of
each table, then one line a feature (+ inserted, ~ updated, - deleted) with old -> new values.

With -o FILE the changeset is written to a file, which apply, invert, concat and rebase take; with
--json or --geojson that form is written instead. "-" is standard output.

Tables without a primary key and virtual tables are compared as a whole: that they changed is said,
but not which rows, and no changeset has them; a note on standard error names each. Views are not
compared. When tables have other columns in B, nothing is written and the differences are listed;
with --schema-report they are listed, those tables are left out and the others are compared.

In a folder with versions (qfcsync init), diff alone shows what changed since the last commit, diff
PATH that of one file; diff V1 V2 compares two versions of all files, diff V1 V2 PATH of one. Names
of files that are there come before names of versions. --json without a PATH lists files.

Exit status: 0 done; 1 the work failed, or changes were left out: of tables with other columns, or
of rows without a key; 2 wrong usage, or input that cannot be read or compared. With --exit-code:
0 no differences in any table, 1 differences, 2 anything that went wrong.

Examples:
  qfcsync diff monday.gpkg friday.gpkg
  qfcsync diff monday.gpkg friday.gpkg -o week.changeset
  qfcsync diff monday.gpkg friday.gpkg --tables trees --geojson -o trees.geojson
  qfcsync diff monday.gpkg friday.gpkg -o - | qfcsync apply copy_of_monday.gpkg -
  qfcsync diff HEAD~3 HEAD survey.gpkg
)";

struct Arguments {
  std::string base;
  std::string modified;
  std::string path;    ///< of two versions
  std::string folder;  ///< where versions are looked for
  std::string output;
  std::string manifest;
  std::string base_id;
  std::vector<std::string> tables;
  Format format = Format::Text;
  qfcsync::ExtractMethod method = qfcsync::ExtractMethod::Auto;
  unsigned threads = 0;
  bool has_exit_code = false;
  bool is_plain = false;
  bool reports_schema = false;
};

bool is_binary(const Arguments& arguments) {
  const bool is_document = arguments.format == Format::Json || arguments.format == Format::GeoJson;
  return !is_document && !arguments.output.empty();
}

qfcsync::ExtractResult extract(const Arguments& arguments, qfcsync::ByteSink& out) {
  ProgressLine line("Comparing");
  qfcsync::ExtractOptions options;
  options.tables = arguments.tables;
  options.with_envelope = !(is_binary(arguments) && arguments.is_plain);
  options.base_id = arguments.base_id;
  options.method = arguments.method;
  options.threads = arguments.threads;
  options.progress = line.callback();
  if (arguments.reports_schema) options.schema = qfcsync::SchemaPolicy::Report;
  qfcsync::ExtractResult result;
  if (arguments.manifest.empty()) {
    result = qfcsync::extract(arguments.base, arguments.modified, out, options);
  } else {
    Inputs inputs;
    qfcsync::ByteSource& manifest = inputs.open(arguments.manifest);
    inputs.read([&] {
      result = qfcsync::extract_with_manifest(arguments.base, manifest, arguments.modified, out,
                                              options);
    });
  }
  qfcsync::compare_unnamed_rows(arguments.base, arguments.modified, result.notes, options.progress);
  return result;
}

bool has_unnamed_changes(const qfcsync::ExtractResult& result) {
  return std::any_of(result.notes.begin(), result.notes.end(),
                     [](const qfcsync::TableNote& note) { return note.has_changes; });
}

/// For whoever reads what is printed only: "no changes" would be wrong.
void print_unnamed_changes(const qfcsync::ExtractResult& result) {
  for (const qfcsync::TableNote& note : result.notes) {
    if (!note.has_changes) continue;
    fmt::print("{}: changed, but no key names the rows that did\n", printable(note.table));
  }
}

/// The changeset itself goes to the file.
qfcsync::ExtractResult write_changeset(const Arguments& arguments) {
  qfcsync::FileSink out(arguments.output);
  qfcsync::ExtractResult result = extract(arguments, out);
  out.publish();
  if (arguments.output == kStandardStream) return result;
  if (arguments.format == Format::Summary) {
    print_summary(result.summary);
  } else {
    fmt::print("{}: {}\n", printable(arguments.output), counts_text(totals(result.summary)));
  }
  print_unnamed_changes(result);
  return result;
}

/// JSON or GeoJSON, to the file or to standard output.
qfcsync::ExtractResult write_document(const Arguments& arguments) {
  DocumentFile out(arguments.output.empty() ? kStandardStream : arguments.output);
  const auto scratch = qfcsync::make_scratch();
  qfcsync::ExtractResult result = extract(arguments, *scratch);
  StoreSource changeset(*scratch);
  write_as(arguments.format, changeset, out.sink(), nullptr);
  out.publish();
  return result;
}

qfcsync::ExtractResult print_for_people(const Arguments& arguments) {
  const auto scratch = qfcsync::make_scratch();
  qfcsync::ExtractResult result = extract(arguments, *scratch);
  StoreSource changeset(*scratch);
  print_unnamed_changes(result);
  if (result.summary.changes() == 0 && has_unnamed_changes(result)) return result;
  if (arguments.format == Format::Summary) {
    print_summary(result.summary);
  } else {
    print_changes(changeset, result.summary, nullptr);
  }
  return result;
}

qfcsync::ExtractResult compare(const Arguments& arguments) {
  if (is_binary(arguments)) return write_changeset(arguments);
  if (arguments.format == Format::Text || arguments.format == Format::Summary) {
    return print_for_people(arguments);
  }
  return write_document(arguments);
}

/// What differs is listed as operations.
std::vector<qfcsync::TableNote> without_differences(std::vector<qfcsync::TableNote> notes) {
  std::erase_if(notes, [](const qfcsync::TableNote& note) {
    return note.reason == qfcsync::TableNote::Reason::Different;
  });
  return notes;
}

/// Two names that no file has are versions, where there are any.
bool is_about_versions(const Arguments& arguments) {
  if (arguments.modified.empty() || !arguments.path.empty() || !arguments.folder.empty()) {
    return true;
  }
  std::error_code ignored;
  const auto is_there = [&](const std::string& name) {
    return std::filesystem::exists(name, ignored);
  };
  return !is_there(arguments.base) && !is_there(arguments.modified) && is_in_working_folder();
}

void run_versions(const Arguments& arguments) {
  if (!arguments.tables.empty() || !arguments.manifest.empty() || !arguments.base_id.empty() ||
      arguments.is_plain) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         "--tables, --manifest, --base-id and --plain are for two files");
  }
  VersionDiff asked{arguments.folder, arguments.base,   arguments.modified,
                    arguments.path,   arguments.output, arguments.format};
  if (arguments.modified.empty()) {
    asked.from.clear();
    asked.path = arguments.base;
  }
  if (!arguments.output.empty()) {
    check_output(arguments.output, is_binary(arguments) ? Content::Binary : Content::Text);
  }
  const VersionDiffResult result = diff_versions(asked);
  const bool is_told = arguments.has_exit_code && result.has_changes;
  if (is_told || !result.is_complete) throw CLI::RuntimeError(kExitIncomplete);
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  if (is_about_versions(arguments)) return run_versions(arguments);
  if (!arguments.output.empty()) {
    check_output(arguments.output, is_binary(arguments) ? Content::Binary : Content::Text,
                 {arguments.base, arguments.modified, arguments.manifest});
  }
  const qfcsync::ExtractResult result = compare(arguments);
  print_notes(without_differences(result.notes));
  for (const auto& operation : result.schema_operations) {
    fmt::print(stderr, "schema: {}\n", printable(qfcsync::to_string(operation)));
  }
  if (arguments.has_exit_code && std::fflush(stdout) != 0) {
    throw CLI::RuntimeError(kExitUsage);  // main() says it; 1 would mean differences
  }
  const bool is_left_out = !result.schema_operations.empty() || has_unnamed_changes(result);
  if (is_left_out || (arguments.has_exit_code && result.summary.changes() != 0)) {
    throw CLI::RuntimeError(kExitIncomplete);
  }
}

/// Like cmp and diff, --exit-code keeps 1 for differences.
void run_for_exit_code(const Arguments& arguments) {
  try {
    run(arguments);
  } catch (const CLI::RuntimeError&) {
    throw;
  } catch (const std::exception& error) {
    if (interrupt_signal() != 0) throw;
    explain(error);
    throw CLI::RuntimeError(kExitUsage);
  }
}

}  // namespace

void add_diff(CLI::App& app) {
  CLI::App* command = app.add_subcommand("diff", "Show or write what changed between two files");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("A", arguments->base, "The file before, or a version");
  command->add_option("B", arguments->modified, "The file after, or a version");
  command->add_option("PATH", arguments->path, "The file to compare in two versions");
  command->add_option("-o,--output", arguments->output, "File to write, - for standard output")
      ->option_text("FILE");
  add_format_options(*command, arguments->format);
  command->add_flag("--exit-code", arguments->has_exit_code,
                    "Exit with 1 when there are differences");
  command->add_flag("--plain", arguments->is_plain,
                    "Write the changeset as SQLite and geodiff do, without our envelope");
  command->add_option("--tables", arguments->tables, "Compare these tables only")
      ->option_text("TABLE ...");
  command
      ->add_option("--manifest", arguments->manifest,
                   "Page hashes of A, made by qfcsync manifest: less is read")
      ->option_text("FILE");
  command
      ->add_option("--base-id", arguments->base_id,
                   "Name of the state A, kept in the changeset for whoever asks")
      ->option_text("TEXT");
  add_method_option(*command, arguments->method);
  command
      ->add_option("--threads", arguments->threads,
                   "Processors to use for large tables; 0 (default): as many as pay")
      ->option_text("N");
  command->add_option("-C", arguments->folder, "Where to look for versions")->option_text("FOLDER");
  command->add_flag("--schema-report", arguments->reports_schema,
                    "List other columns and compare the other tables");
  command->callback([arguments] {
    if (arguments->has_exit_code) return run_for_exit_code(*arguments);
    run(*arguments);
  });
}
