#include "commands.hpp"
#include "project_argument.hpp"

#include <chrono>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

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

/// One line on a terminal, for work that takes longer than a second.
class ProgressLine {
 public:
  ~ProgressLine() {
    if (is_shown_) fmt::print(stderr, "\r\033[K");
  }
  void operator()(double share) {
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ || now - start_ < std::chrono::seconds(1)) return;
    if (now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    is_shown_ = true;
    fmt::print(stderr, "\rPackaging {:3.0f} %", share * 100);
  }

 private:
  bool is_terminal_ = isatty(STDERR_FILENO) != 0;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;
};

void warn_about_layers(const std::string& layers_json) {
  const nlohmann::json layers = nlohmann::json::parse(layers_json);
  for (const nlohmann::json& layer : layers) {
    if (layer["is_valid"].get<bool>()) continue;
    std::string reason = layer["error_summary"].get<std::string>();
    if (reason.empty()) reason = layer["error_code"].get<std::string>();
    fmt::print(stderr, "warning: layer \"{}\": {}\n", layer["name"].get<std::string>(), reason);
  }
}

void run(const std::string& path, const std::string& output) {
  const qfcsync::Project project = open_project(path);
  qfcsync::Package package;
  {
    ProgressLine line;
    package = qfcsync::package_project(project, output, [&line](double share) { line(share); });
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
