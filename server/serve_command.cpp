#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "data_folder_lock.hpp"
#include "domain/config.hpp"
#include "domain/passwords.hpp"
#include "domain/services.hpp"
#include "http/server.hpp"
#include "jobs/runner.hpp"
#include "jobs/version_mover.hpp"
#include "routes/route_table.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace qfcsync::server {
namespace {

constexpr std::size_t kJobThreads = 2;

struct ServeOptions {
  std::string data;
  std::string listen;
  std::string config_file;
  bool prints_config = false;
};

Config settings(const ServeOptions& options) {
  Config config = options.config_file.empty() ? Config{} : read_config(options.config_file);
  if (!options.data.empty()) config.data = options.data;
  if (!options.listen.empty()) set_listen(config, options.listen);
  return config;
}

void create_first_admin(Accounts& accounts) {
  if (!accounts.is_empty()) return;
  NewUser admin;
  admin.username = "admin";
  admin.password = one_time_password();
  admin.is_staff = true;
  accounts.create(admin);
  fmt::print("admin password (shown once): {}\n", admin.password);
}

std::size_t worker_threads(const Config& config) {
  if (config.worker_threads > 0) return static_cast<std::size_t>(config.worker_threads);
  return std::max(8u, 4 * std::thread::hardware_concurrency());
}

void serve(const ServeOptions& options) {
  const Config config = settings(options);
  if (options.prints_config) {
    fmt::print("{}", config_text(config));
    return;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("qfcsync"));
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  // A busy port must leave no data folder behind; requests are only taken in run().
  std::unique_ptr<Services> services;
  HttpServer http(config.host, config.port, worker_threads(config),
                  [&](const Request& request) { return dispatch(*services, request); });
  const DataFolderLock lock(config.data);
  services = std::make_unique<Services>(config);
  // Scripts wait for this line and read what follows; nothing may come before it.
  fmt::print("listening on {}\n", http.url());
  create_first_admin(services->accounts);
  std::fflush(stdout);
  JobRunner runner(*services, kJobThreads);
  VersionMover mover(*services);
  services->wake_jobs = [&] {
    runner.wake();
    mover.wake();
  };
  services->wake_deltas = [&] { runner.wake_for_deltas(); };
  const bool all_ended = http.run([&] { services->accounts.flush(); });
  services->accounts.flush();
  if (!all_ended) {
    spdlog::warn("some requests did not end in time; they are as if they had never come");
    std::_Exit(0);
  }
  mover.stop();  // both wake each other until both have ended
  runner.stop();
}

}  // namespace

void add_serve_command(CLI::App& app) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand(
      "serve",
      "Serve a data folder until SIGTERM or Ctrl-C. The first start creates the account `admin` "
      "and prints its password. The first line on standard output is `listening on URL`.");
  command->add_option("--data", options->data, "Folder with all state [./qfcsync-data]");
  command->add_option("--listen", options->listen,
                      "HOST:PORT to listen on, port 0 takes a free one [127.0.0.1:8010]");
  command->add_option("--config", options->config_file,
                      "TOML file with settings; --print-config shows all keys");
  command->add_flag("--print-config", options->prints_config,
                    "Print the settings as a configuration file, with what each one does, and end");
  command->callback([options] { serve(*options); });
}

}  // namespace qfcsync::server
