#include "commands.hpp"
#include "project_argument.hpp"
#include "terminal.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

constexpr const char* kHelp = R"(
Prepares a project for QField, as the server does: offline layers go to data.gpkg, other files are
copied, and the rewritten project is OUTPUT/<name>_qfield.qgz. The output is complete or not there
at all; the same input gives the same bytes.

Exit status: 0 done, 1 the work failed, 2 wrong usage or input that cannot be read.

Examples:
  qfcsync package survey.qgs /tmp/survey_for_qfield
  qfcsync package myproject/ package/
)";

void warn_about_layers(const std::string& layers_json) {
  const nlohmann::json layers = nlohmann::json::parse(layers_json);
  for (const nlohmann::json& layer : layers) {
    if (layer["is_valid"].get<bool>()) continue;
    std::string reason = layer["error_summary"].get<std::string>();
    if (reason.empty()) reason = layer["error_code"].get<std::string>();
    fmt::print(stderr, "warning: layer \"{}\": {}\n", printable(layer["name"].get<std::string>()),
               printable(reason));
  }
}

void run(const std::string& path, const std::string& output) {
  const qfcsync::Project project = open_project(path);
  qfcsync::Package package;
  {
    const StopOnInterrupt stop;
    ProgressLine line("Packaging");
    package = qfcsync::package_project(project, output, line.callback());
  }
  warn_about_layers(package.layers_json);
  for (const std::string& file : package.files) fmt::print("{}\n", file);
}

}  // namespace

void add_package(CLI::App& app) {
  CLI::App* command = app.add_subcommand("package", "Prepare a QGIS project for QField");
  command->footer(kHelp);
  const auto path = std::make_shared<std::string>();
  const auto output = std::make_shared<std::string>();
  command->add_option("PROJECT", *path, "Project file (.qgs, .qgz), or a folder with one")
      ->required();
  command->add_option("OUTPUT", *output, "Folder to write; must be empty or missing")->required();
  command->callback([path, output] { run(*path, *output); });
}
