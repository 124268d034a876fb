#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "version_text.hpp"
#include "working_folder.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>

namespace {

constexpr const char* kHelp = R"(
Gives a version a name that can be used wherever a version is asked for; qfcsync prune never gives
up tagged versions. Without NAME the tags are listed, with -d one is removed; its version stays.

Exit status: 0 done, 1 the work failed, 2 wrong usage, no such version, or the name is taken.

Examples:
  qfcsync tag before-the-storm
  qfcsync tag handover-2026 HEAD~3
  qfcsync tag -d handover-2026
)";

struct Arguments {
  std::string folder;
  std::string name;
  std::string version = "HEAD";
  bool removes = false;
  bool is_json = false;
};

void list(qfcsync::Repository& repository, bool is_json) {
  JsonLines lines;
  for (const auto& [name, version] : repository.tags()) {
    if (is_json) {
      lines.add({{"name", name}, {"version", version}});
    } else {
      fmt::print("{}  {}\n", Paint(stdout)(Ink::Yellow, short_id(version)), printable(name));
    }
  }
  if (is_json) lines.publish();
}

void run(const Arguments& arguments) {
  const StopOnInterrupt stop;
  WorkingFolder folder = WorkingFolder::find(arguments.folder);
  qfcsync::Repository& repository = folder.repository();
  if (arguments.name.empty()) {
    if (!arguments.removes) return list(repository, arguments.is_json);
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument, "-d needs the NAME of a tag");
  }
  if (arguments.removes) return repository.remove_tag(arguments.name);
  repository.tag(arguments.name, repository.resolve(arguments.version));
}

}  // namespace

void add_tag(CLI::App& app) {
  CLI::App* command = app.add_subcommand("tag", "Name a version, or list the names");
  command->footer(kHelp);
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("NAME", arguments->name, "Letters, digits and ._+-");
  command->add_option("VERSION", arguments->version, "Default: the newest");
  command->add_flag("-d,--delete", arguments->removes, "Remove the tag NAME");
  command->add_flag("--json", arguments->is_json, "List as JSON, one object a line");
  add_folder_option(*command, arguments->folder);
  command->callback([arguments] { run(*arguments); });
}
