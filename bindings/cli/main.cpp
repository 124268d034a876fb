#include <qfcsync/version.hpp>

#include <CLI/CLI.hpp>

#include <string>

int main(int argc, char** argv) {
  CLI::App app("qfcsync: sync engine for field data", "qfcsync");
  app.set_version_flag("--version", std::string(qfcsync::version()));
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
}
