#include <qfcsync/changeset.hpp>

#include "change_printer.hpp"
#include "commands.hpp"
#include "row_choice.hpp"
#include "version_text.hpp"
#include "working_folder.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace {

constexpr std::size_t kVersionsAtOnce = 100;
constexpr std::size_t kMaxFiles = 20;  ///< shown of one version

constexpr const char* kHelp = R"(
Lists versions, newest first: who, when, where, and what changed in which file. With PATH only those
of one file; with --table only those that changed rows of that table; with --key the life of one
feature, with its values before and after. Whole numbers are integer keys, anything else is a text,
and so is what stands in quotes: --key "'007'".

--json writes one object a version, on one line. The same history in git:
git --git-dir .qfcsync/cache/git log --stat

Exit status: 0 done, 1 the work failed, 2 wrong usage, or no versions here.

Examples:
  qfcsync log -n 5
  qfcsync log survey.gpkg --table trees
  qfcsync log survey.gpkg --table trees --key 12
  qfcsync log --json | jq -r .author | sort | uniq -c
)";

struct Arguments {
  std::string folder;
  std::string path;
  RowChoice choice;
  std::uint64_t limit = 20;
  bool is_json = false;
};

void print_message(std::string_view message) {
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    fmt::print("    {}\n", printable(message.substr(0, end)));
    message.remove_prefix(std::min(end + 1, message.size()));
  }
}

/// The values that a version gave the rows that are asked for.
void print_rows(qfcsync::Repository& repository, const qfcsync::VersionInfo& version,
                const Arguments& arguments) {
  if (version.parents.empty()) return;
  const auto changes = qfcsync::make_scratch();
  repository.diff(version.parents.front(), version.id, arguments.path, *changes);
  StoreSource all(*changes);
  const auto chosen = qfcsync::make_scratch();
  copy_chosen(all, arguments.choice, *chosen);
  StoreSource to_count(*chosen);
  const qfcsync::ChangesetSummary summary = qfcsync::summarize(to_count);
  StoreSource to_print(*chosen);
  print_changes(to_print, summary, nullptr);
}

void print_version(qfcsync::Repository& repository, const qfcsync::VersionInfo& version,
                   const Arguments& arguments) {
  fmt::print("{}\n", version_line(version));
  print_message(message_of(version));
  if (!arguments.choice.key.empty()) {
    print_rows(repository, version, arguments);
  } else {
    std::size_t shown = 0;
    for (const qfcsync::FileChange& file : version.files) {
      if (!arguments.path.empty() && file.path != arguments.path) continue;
      if (++shown <= kMaxFiles) fmt::print("  {}\n", file_line(file));
    }
    if (shown > kMaxFiles) fmt::print("  ... and {}\n", counted(shown - kMaxFiles, "more file"));
  }
  fmt::print("\n");
}

/// Calls a function with each version, newest first.
///
/// @return whether there are older ones than the limit lets through
template <typename Use>
bool each_version(qfcsync::Repository& repository, const Arguments& arguments, Use&& use) {
  qfcsync::LogOptions options;
  options.path = arguments.path;
  options.table = arguments.choice.table;
  options.key = arguments.choice.key_values();
  const std::uint64_t limit = arguments.limit == 0 ? UINT64_MAX : arguments.limit;
  for (std::uint64_t count = 0;;) {
    options.limit = static_cast<std::size_t>(
        std::min<std::uint64_t>(kVersionsAtOnce, limit == UINT64_MAX ? limit : limit - count + 1));
    const auto versions = repository.log(options);
    for (const qfcsync::VersionInfo& version : versions) {
      stop_when_interrupted();
      if (count == limit) return true;
      use(version);
      ++count;
    }
    if (versions.size() < options.limit) return false;
    options.before = versions.back().id;
  }
}

void run(Arguments arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  if (!arguments.path.empty()) arguments.path = folder.path_of(arguments.path);
  qfcsync::Repository& repository = folder.repository();
  if (arguments.is_json) {
    JsonLines lines;
    each_version(repository, arguments, [&](const auto& version) { lines.add(to_json(version)); });
    return lines.publish();
  }
  bool is_any = false;
  const bool is_more = each_version(repository, arguments, [&](const auto& version) {
    is_any = true;
    print_version(repository, version, arguments);
  });
  if (!is_any) fmt::print("no such version\n");
  if (is_more) fmt::print("... there are older ones: -n 0 shows all\n");
}

}  // namespace

void add_log(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("log", "List versions: of all, a file, a table, a feature");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("PATH", arguments->path, "Only versions of this file");
  add_row_options(*command, arguments->choice);
  command->get_option("--table")->needs(command->get_option("PATH"));
  command->add_option("-n", arguments->limit, "At most so many; 0: all (default: 20)")
      ->option_text("COUNT");
  command->add_flag("--json", arguments->is_json, "Write JSON, one object a version");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
