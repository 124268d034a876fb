#include <qfcsync/version.hpp>

#include "commands.hpp"
#include "terminal.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr const char* kFooter = R"(
Exit status of every command: 0 all is done; 1 done in part, or the work failed (conflicts, a full
disk); 2 wrong usage, or input that cannot be read. Ctrl-C ends by the signal (130 in a shell).
)";

int complain(const std::string& message, int status) {
  fmt::print(stderr, "error: {}\n", message);
  return status;
}

int unknown_command(const CLI::App& app, const char* name) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return complain(
      fmt::format("unknown command '{}'; there are {}", printable(name), fmt::join(names, ", ")),
      kExitUsage);
}

int run(CLI::App& app, int argc, char** argv) {
  const auto is_named = [&](const CLI::App* command) { return command->get_name() == argv[1]; };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(is_named).empty()) {
    return unknown_command(app, argv[1]);
  }
  if (std::find(argv + 1, argv + argc, std::string_view()) != argv + argc) {
    return complain("an argument is empty; is a variable of the shell not set?", kExitUsage);
  }
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& error) {  // a command has said what is wrong
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) return kExitIncomplete;  // main() says it
    return explain(error);
  }
}

void add_version_commands(CLI::App& app) {
  add_init(app);
  add_status(app);
  add_commit(app);
  add_log(app);
  add_restore(app);
  add_undo(app);
  add_update(app);
  add_tag(app);
  add_prune(app);
  add_check(app);
  add_repair(app);
  add_export(app);
  add_bundle(app);
  add_unbundle(app);
  add_cat(app);
}

/// Whoever started us sees that the work was interrupted, and a script ends, too.
void end_by_signal(int signal) {
  std::fflush(nullptr);
  std::raise(signal);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("qfcsync: sync engine for field data", "qfcsync");
  app.set_version_flag("--version", std::string(qfcsync::version()));
  app.require_subcommand(1);
  app.footer(kFooter);
  add_diff(app);
  add_show(app);
  add_from_json(app);
  add_apply(app);
  add_invert(app);
  add_concat(app);
  add_rebase(app);
  add_merge(app);
  add_schema(app);
  add_manifest(app);
  add_project(app);
  add_package(app);
  add_apply_deltas(app);
  add_version_commands(app);
  const int status = run(app, argc, argv);
  if (status != 0 && interrupt_signal() != 0) end_by_signal(interrupt_signal());
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return complain("cannot write to standard output", std::max(status, kExitIncomplete));
  }
  return status;
}
