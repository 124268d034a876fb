#include <qfcsync/error.hpp>
#include <qfcsync/version.hpp>

#include "commands.hpp"

#include <exception>
#include <string>

#include <fmt/format.h>

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("qfcsync: sync engine for field data", "qfcsync");
  app.set_version_flag("--version", std::string(qfcsync::version()));
  app.require_subcommand(1);
  add_project(app);
  add_package(app);
  add_apply_deltas(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& error) {  // a command has said what is wrong
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  } catch (const qfcsync::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return error.code() == qfcsync::ErrorCode::InvalidArgument ? kWrongUsage : kFailed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return kFailed;
  }
}
