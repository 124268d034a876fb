#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "domain/organizations.hpp"
#include "open_accounts.hpp"

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
  bool with_projects = false;
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
    const char* const type = user.type == kOrganization ? " (organization)"
                             : user.type == kTeam       ? " (team)"
                                                        : "";
    fmt::print("{}{}{}{}{}\n", user.username, user.email.empty() ? "" : " <" + user.email + ">",
               type, user.is_staff ? " (admin)" : "", user.is_active ? "" : " (deactivated)");
  }
}

void change_password(const UserOptions& options) {
  const std::string password = password_from_stdin(options);
  OpenAccounts(options.data, Missing::Refuse).accounts.set_password(options.name, password);
  fmt::print("password of {} changed, all its tokens have ended\n", options.name);
}

void set_active(const UserOptions& options, bool is_active) {
  OpenAccounts(options.data, Missing::Refuse).accounts.set_active(options.name, is_active);
  fmt::print("{} {}\n", is_active ? "activated" : "deactivated", options.name);
}

void delete_user(const UserOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    const auto user = find_user(db, options.name);
    if (!user || user->type != kPerson) {
      throw Error(ErrorCode::NotFound, fmt::format("there is no person {}", options.name));
    }
    for (const Organization& organization : list_organizations(db, user->id)) {
      if (organization.owner_id != user->id) continue;
      throw Error(ErrorCode::InvalidArgument,
                  fmt::format("{} owns the organization {}; give it to somebody else with `org "
                              "owner` first",
                              options.name, organization.username));
    }
    clear_projects_of(db, user->id,
                      options.with_projects ? OwnedProjects::Delete : OwnedProjects::Refuse);
    delete_account(db, user->id);
  });
  fmt::print("deleted {}\n", options.name);
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
    return with_data(command);
  };
  const auto with_password = [&](CLI::App* command) {
    command->add_flag("--password-stdin", options->reads_password,
                      "Read the password from the first line of standard input");
    return with_name(command);
  };
  CLI::App* add = with_password(user->add_subcommand("add", "Create an account."));
  add->add_option("--email", options->email, "E-mail address");
  add->add_flag("--admin", options->is_admin, "May create accounts over the API");
  add->callback([options] { add_user(*options); });
  with_data(user->add_subcommand("list", "List the accounts."))->callback([options] {
    list_users(*options);
  });
  add_account_commands(*user);
  with_password(user->add_subcommand("passwd", "Set a new password and end all tokens."))
      ->callback([options] { change_password(*options); });
  with_name(user->add_subcommand("deactivate", "End all use of an account; nothing is lost."))
      ->callback([options] { set_active(*options, false); });
  with_name(user->add_subcommand("activate", "Take back a deactivation."))->callback([options] {
    set_active(*options, true);
  });
  CLI::App* remove = with_name(user->add_subcommand("delete", "Delete an account."));
  remove->add_flag("--with-projects", options->with_projects, "Delete its projects, too");
  remove->callback([options] { delete_user(*options); });
}

}  // namespace qfcsync::server
