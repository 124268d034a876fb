#include "commands.hpp"
#include "project_argument.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

constexpr const char* kHelp = R"(
Prints what a server needs to know of a QGIS project, as JSON: its layers with their state and
settings, extent, reference system, attachment folders. Nothing is changed.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync project survey.qgs
  qfcsync project myproject/          the folder's only .qgs or .qgz
  qfcsync project survey.qgz | jq '.layers_by_id[] | select(.is_valid | not) | .name'
)";

void run(const std::string& path) {
  const nlohmann::json details = nlohmann::json::parse(open_project(path).details_json());
  fmt::print("{}\n", details.dump(2));
}

}  // namespace

void add_project(CLI::App& app) {
  CLI::App* command = app.add_subcommand("project", "Show what a QGIS project holds, as JSON");
  command->footer(kHelp);
  const auto path = std::make_shared<std::string>();
  command->add_option("PROJECT", *path, "Project file (.qgs, .qgz), or a folder with one")
      ->required();
  command->callback([path] { run(*path); });
}
