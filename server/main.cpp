#include <qfcsync/error.hpp>
#include <qfcsync/version.hpp>

#include "commands.hpp"

#include <cstdio>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sodium.h>

namespace {

constexpr int kExitUsage = 2;

int run(int argc, char** argv) {
  CLI::App app(
      "qfcsync-server: the sync server for QField, QFieldSync and the qfieldcloud SDK.\n\n"
      "  qfcsync-server serve                        serve ./qfcsync-data on 127.0.0.1:8010\n"
      "  qfcsync-server user add ada --password-stdin < password.txt",
      "qfcsync-server");
  app.set_version_flag("--version", std::string(qfcsync::version()));
  app.require_subcommand(1);
  qfcsync::server::add_serve_command(app);
  qfcsync::server::add_user_commands(app);
  qfcsync::server::add_organization_commands(app);
  qfcsync::server::add_project_commands(app);
  qfcsync::server::add_subscription_commands(app);
  qfcsync::server::add_check_command(app);
  qfcsync::server::add_routes_command(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitUsage;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (sodium_init() < 0)
      throw qfcsync::Error(qfcsync::ErrorCode::Internal, "libsodium is broken");
    return run(argc, argv);
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "qfcsync-server: {}: {}\n", error.path1().string(), error.code().message());
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "qfcsync-server: {}\n", error.what());
    return 1;
  }
}
