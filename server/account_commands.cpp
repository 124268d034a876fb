#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "data_folder_lock.hpp"
#include "domain/config.hpp"
#include "domain/pictures.hpp"
#include "domain/services.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace qfcsync::server {
namespace {

struct AccountOptions {
  std::string data = Config{}.data.string();
  std::string name;
  std::string picture;
};

void require_data_folder(const std::string& data) {
  if (std::filesystem::exists(std::filesystem::path(data) / "server.db")) return;
  throw Error(ErrorCode::NotFound,
              fmt::format("{} is no data folder of a server; name one with --data", data));
}

User find_account(Accounts& accounts, const std::string& name) {
  const auto user = accounts.find(name);
  if (!user) throw Error(ErrorCode::NotFound, fmt::format("there is no account {}", name));
  return *user;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::NotFound, fmt::format("cannot read {}", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

void set_avatar(const AccountOptions& options) {
  require_data_folder(options.data);
  const DataFolderLock lock(options.data);  // one process alone writes contents
  Config config;
  config.data = options.data;
  Services services(config);
  const User user = find_account(services.accounts, options.name);
  store_avatar(services, user.id, bytes_of(options.picture));
  fmt::print("avatar of {} set\n", user.username);
}

void make_worker_token(const AccountOptions& options) {
  require_data_folder(options.data);
  Database db(std::filesystem::path(options.data) / "server.db");
  Accounts accounts(db, Config{}.token_lifetime_hours);
  const User user = find_account(accounts, options.name);
  fmt::print("{}\n", accounts.create_worker_token(user.id));
}

}  // namespace

void add_account_commands(CLI::App& user) {
  auto options = std::make_shared<AccountOptions>();
  const auto add = [&](const char* name, const char* help) {
    CLI::App* command = user.add_subcommand(name, help);
    command->add_option("NAME", options->name, "User name")->required();
    command->add_option("--data", options->data, "Data folder")->capture_default_str();
    return command;
  };
  CLI::App* avatar = add("avatar", "Set the picture of an account. The server must not run.");
  avatar->add_option("PICTURE", options->picture, "PNG, JPEG or SVG file")->required();
  avatar->callback([options] { set_avatar(*options); });
  add("worker-token",
      "Print a new token for a program that does jobs in the name of the account: it may upload "
      "the files of packages.")
      ->callback([options] { make_worker_token(*options); });
}

}  // namespace qfcsync::server
