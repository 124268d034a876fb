#include <qfcsync/delta_applier.hpp>
#include <qfcsync/error.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "project_argument.hpp"
#include "terminal.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace {

using qfcsync::DeltaStatus;

constexpr const char* kHelp = R"(
Applies the changes of a deltafile (deltafile.json, as QField records it) to the GeoPackage layers
of a project, in place and as the server does: every change by itself, in the order of the file.
A failing change does not hold up the others.

With --overwrite-conflicts (the default) a change wins over what happened to the feature meanwhile;
with --no-overwrite-conflicts it is left out and reported as conflict.

Exit status: 0 all changes are applied; 1 some are not, or a file could not be written; 2 wrong
usage, or the project, deltafile or report cannot be opened.

Examples:
  qfcsync apply-deltas survey.qgs deltafile.json
  qfcsync apply-deltas survey.qgs deltafile.json --no-overwrite-conflicts --report report.json
)";

struct Arguments {
  std::string project;
  std::string deltafile;
  std::string report;
  bool overwrite = true;
};

/// Project and deltafile: both have to be readable before anything is touched.
struct Input {
  qfcsync::Project project;
  qfcsync::Deltafile file;
};

struct Result {
  std::vector<qfcsync::DeltaOutcome> outcomes;
  std::vector<std::filesystem::path> changed;  ///< files
};

std::string read_text(const std::string& path) {
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path)) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         fmt::format("{} is no file; name the deltafile itself", path));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw qfcsync::Error(qfcsync::ErrorCode::NotFound, fmt::format("cannot open {}", path));
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (!failed && size > qfcsync::kMaxDeltafileBytes) {
    throw qfcsync::Error(
        qfcsync::ErrorCode::LimitExceeded,
        fmt::format("{} has more than {} bytes", path, qfcsync::kMaxDeltafileBytes));
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

qfcsync::Deltafile read_deltafile(const std::string& path) {
  const std::string text = read_text(path);
  try {
    return qfcsync::parse_deltafile(text);
  } catch (const qfcsync::Error& error) {
    throw qfcsync::Error(error.code(), fmt::format("{}: {}", path, error.what()), error.origin(),
                         error.native());
  }
}

Input read_input(const Arguments& arguments) {
  return {open_project(arguments.project), read_deltafile(arguments.deltafile)};
}

Result apply(const Arguments& arguments, const Input& input) {
  qfcsync::ApplyOptions options;
  options.policy =
      arguments.overwrite ? qfcsync::ConflictPolicy::Overwrite : qfcsync::ConflictPolicy::Report;
  options.safety = qfcsync::FileSafety::Journal;
  options.client_keys = input.file.client_pks;
  qfcsync::DeltaApplier applier([&](std::string_view id) { return input.project.edit_layer(id); },
                                std::move(options));
  Result result;
  for (const qfcsync::Delta& delta : input.file.deltas) {
    result.outcomes.push_back(applier.apply(delta));
  }
  result.changed = applier.commit();
  return result;
}

const char* word_of(DeltaStatus status) {
  constexpr const char* kWords[] = {"applied", "conflict", "not applied", "error"};
  return kWords[static_cast<int>(status)];
}

void print_problem(const qfcsync::DeltaOutcome& outcome) {
  std::string details;
  for (const std::string& error : outcome.provider_errors) details += fmt::format(" ({})", error);
  if (!outcome.conflicts.empty())
    details += fmt::format(" ({})", counted(outcome.conflicts.size(), "attribute"));
  const std::string line = fmt::format(
      "{}: delta {} {} on layer {}, feature \"{}\": {}{}", word_of(outcome.status), outcome.index,
      outcome.delta_id, outcome.layer_id, outcome.feature_pk, outcome.message, details);
  fmt::print("{}\n", printable(line));
}

std::size_t print_summary(const std::vector<qfcsync::DeltaOutcome>& outcomes) {
  std::array<std::size_t, 4> counts{};
  for (const qfcsync::DeltaOutcome& outcome : outcomes) {
    ++counts[static_cast<std::size_t>(outcome.status)];
    if (outcome.status != DeltaStatus::Applied) print_problem(outcome);
  }
  fmt::print("{}: {} applied, {}, {} not applied, {}\n", counted(outcomes.size(), "delta"),
             counts[0], counted(counts[1], "conflict"), counts[2], counted(counts[3], "error"));
  return outcomes.size() - counts[0];
}

/// The report, opened before anything is changed: the outcomes of changes that were made must not
/// get lost because a folder is missing. A file appears whole or not at all; into a pipe or a
/// device the report is written as it is.
class Report {
 public:
  explicit Report(std::string path) : path_(std::move(path)), part_(path_) {
    namespace fs = std::filesystem;
    if (path_.empty()) return;
    std::error_code ignored;
    if (!fs::exists(path_, ignored) || fs::is_regular_file(path_, ignored)) {
      part_ = fmt::format("{}.{}.part", path_, getpid());
    }
    out_.open(part_);
    if (!out_) {
      throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                           fmt::format("cannot write the report {}: {}; nothing was changed", path_,
                                       std::generic_category().message(errno)));
    }
  }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report() {
    std::error_code ignored;
    if (part_ != path_) std::filesystem::remove(part_, ignored);
  }

  void write(const std::string& file_id, const std::vector<qfcsync::DeltaOutcome>& outcomes) {
    if (path_.empty()) return;
    nlohmann::ordered_json report = nlohmann::ordered_json::array();
    for (const qfcsync::DeltaOutcome& outcome : outcomes) {
      report.push_back(nlohmann::ordered_json::parse(qfcsync::feedback_json(outcome, file_id)));
    }
    out_ << report.dump(2) << '\n';
    out_.close();
    if (!out_ || (part_ != path_ && std::rename(part_.c_str(), path_.c_str()) != 0)) {
      qfcsync::throw_errno(fmt::format("the changes are made, the report {} is not", path_));
    }
  }

 private:
  std::string path_;
  std::string part_;  ///< what is written to, path_ itself or a file beside it
  std::ofstream out_;
};

void run(const Arguments& arguments) {
  const Input input = read_input(arguments);
  Report report(arguments.report);
  const Result result = apply(arguments, input);
  report.write(input.file.id, result.outcomes);  // before lines that may get lost
  for (const auto& file : result.changed) fmt::print("changed: {}\n", printable(file.string()));
  const std::size_t problems = print_summary(result.outcomes);
  if (problems != 0) throw CLI::RuntimeError(kExitIncomplete);
}

}  // namespace

void add_apply_deltas(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("apply-deltas", "Apply the changes of a deltafile to a project");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("PROJECT", arguments->project, "Project file (.qgs, .qgz), or a folder with one")
      ->required();
  command->add_option("DELTAFILE", arguments->deltafile, "File with the changes")->required();
  CLI::Option* overwrite = command->add_flag_callback(
      "--overwrite-conflicts", [arguments] { arguments->overwrite = true; },
      "Apply changes also where the feature was changed meanwhile (default)");
  CLI::Option* keep = command->add_flag_callback(
      "--no-overwrite-conflicts", [arguments] { arguments->overwrite = false; },
      "Leave such changes out and report them as conflicts");
  keep->excludes(overwrite);
  command->add_option("--report", arguments->report,
                      "File for the outcome of each change, a JSON array");
  command->callback([arguments] { run(*arguments); });
}
