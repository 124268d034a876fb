#include <qfcsync/error.hpp>
#include <qfcsync/version.hpp>

#include "commands.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <fmt/format.h>

namespace {

using qfcsync::ErrorCode;

constexpr const char* kFooter = R"(
Exit status of every command: 0 all is done; 1 done in part, or the work failed (conflicts, a full
disk); 2 wrong usage, or input that cannot be read.
)";

/// What the user has to change is 2, what the computer could not do is 1.
int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::SchemaMismatch:
    case ErrorCode::Unsupported:
    case ErrorCode::FormatTooNew:
    case ErrorCode::Corrupt:
    case ErrorCode::LimitExceeded:
      return kExitUsage;
    default:
      return kExitIncomplete;
  }
}

int complain(const std::string& message, int status) {
  fmt::print(stderr, "error: {}\n", message);
  return status;
}

int run(CLI::App& app, int argc, char** argv) {
  const auto is_named = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_named).empty()) {
    return complain(
        fmt::format("unknown command '{}'; there are project, package and apply-deltas", argv[1]),
        kExitUsage);
  }
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& error) {  // a command has said what is wrong
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  } catch (const qfcsync::Error& error) {
    return complain(error.what(), exit_status(error.code()));
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string path = error.path1().empty() ? "a path" : error.path1().string();
    return complain(fmt::format("{}: {}", path, error.code().message()), kExitIncomplete);
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) return kExitIncomplete;  // main() says it
    return complain(error.what(), kExitIncomplete);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("qfcsync: sync engine for field data", "qfcsync");
  app.set_version_flag("--version", std::string(qfcsync::version()));
  app.require_subcommand(1);
  app.footer(kFooter);
  add_project(app);
  add_package(app);
  add_apply_deltas(app);
  const int status = run(app, argc, argv);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return complain("cannot write to standard output", kExitIncomplete);
  }
  return status;
}
