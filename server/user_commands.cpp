#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "db/database.hpp"
#include "domain/accounts.hpp"
#include "domain/config.hpp"

#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace qfcsync::server {
namespace {

struct UserOptions {
  std::string data = Config{}.data.string();
  std::string name;
  std::string email;
  bool is_admin = false;
  bool reads_password = false;
};

enum class Missing { Create, Refuse };

/// Accounts of a data folder; works beside a running server, the database keeps them apart.
struct OpenAccounts {
  OpenAccounts(const std::filesystem::path& data, Missing missing)
      : db(prepared(data, missing)), accounts(db, Config{}.token_lifetime_hours) {}

  static std::filesystem::path prepared(const std::filesystem::path& data, Missing missing) {
    const std::filesystem::path file = data / "server.db";
    if (std::filesystem::exists(file)) return file;
    if (missing == Missing::Refuse) {
      throw Error(ErrorCode::NotFound,
                  fmt::format("{} is no data folder of a server; name one with "
                              "--data",
                              data.string()));
    }
    fmt::print(stderr, "new data folder: {}\n", std::filesystem::absolute(data).string());
    std::filesystem::create_directories(data);
    std::filesystem::permissions(data, std::filesystem::perms::owner_all);
    return file;
  }

  Database db;
  Accounts accounts;
};

std::string password_from_stdin(const UserOptions& options) {
  if (!options.reads_password) {
    throw Error(ErrorCode::InvalidArgument,
                "give the password on standard input and say --password-stdin; a password on the "
                "command line could be seen by others");
  }
  std::string password;
  std::getline(std::cin, password);
  if (password.empty()) throw Error(ErrorCode::InvalidArgument, "the password is empty");
  return password;
}

void add_user(const UserOptions& options) {
  NewUser wanted;
  wanted.username = options.name;
  wanted.email = options.email;
  wanted.is_staff = options.is_admin;
  wanted.password = password_from_stdin(options);
  const User user = OpenAccounts(options.data, Missing::Create).accounts.create(wanted);
  fmt::print("created {}\n", user.username);
}

void list_users(const UserOptions& options) {
  for (const User& user : OpenAccounts(options.data, Missing::Refuse).accounts.list()) {
    fmt::print("{}{}{}\n", user.username, user.email.empty() ? "" : " <" + user.email + ">",
               user.is_staff ? " (admin)" : "");
  }
}

void change_password(const UserOptions& options) {
  const std::string password = password_from_stdin(options);
  OpenAccounts(options.data, Missing::Refuse).accounts.set_password(options.name, password);
  fmt::print("password of {} changed, all its tokens have ended\n", options.name);
}

}  // namespace

void add_user_commands(CLI::App& app) {
  auto options = std::make_shared<UserOptions>();
  CLI::App* user = app.add_subcommand("user", "Create and list accounts, set passwords.");
  user->require_subcommand(1);
  const auto with_data = [&](CLI::App* command) {
    command->add_option("--data", options->data, "Data folder")->capture_default_str();
    return command;
  };
  const auto with_name = [&](CLI::App* command) {
    command->add_option("NAME", options->name, "User name")->required();
    command->add_flag("--password-stdin", options->reads_password,
                      "Read the password from the first line of standard input");
    return with_data(command);
  };
  CLI::App* add = with_name(user->add_subcommand("add", "Create an account."));
  add->add_option("--email", options->email, "E-mail address");
  add->add_flag("--admin", options->is_admin, "May create accounts over the API");
  add->callback([options] { add_user(*options); });
  with_data(user->add_subcommand("list", "List the accounts."))->callback([options] {
    list_users(*options);
  });
  add_account_commands(*user);
  with_name(user->add_subcommand("passwd", "Set a new password and end all tokens."))
      ->callback([options] { change_password(*options); });
}

}  // namespace qfcsync::server
