#include <qfcsync/error.hpp>

#include "commands.hpp"
#include "domain/members.hpp"
#include "domain/organizations.hpp"
#include "domain/teams.hpp"
#include "open_accounts.hpp"

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace qfcsync::server {
namespace {

struct OrganizationOptions {
  std::string data = Config{}.data.string();
  std::string name;
  std::string user;
  std::string email;
  std::string default_role;
  std::string role = "member";
  bool is_public = false;
  bool with_projects = false;
};

Organization require_organization(Connection& db, const std::string& name) {
  auto organization = find_organization(db, name);
  if (!organization) {
    throw Error(ErrorCode::NotFound, fmt::format("there is no organization {}", name));
  }
  return *std::move(organization);
}

Member require_member(Connection& db, const Organization& organization, const std::string& name) {
  auto found = list_members(db, organization.id, name);
  if (found.empty()) {
    throw Error(ErrorCode::NotFound,
                fmt::format("{} is no member of {}", name, organization.username));
  }
  return std::move(found.front());
}

/// "none" and nothing at all mean that members have no role of their own.
std::optional<std::string> default_role_of(const std::string& text) {
  if (text.empty() || text == "none") return std::nullopt;
  return text;
}

OrganizationRole role_of_option(const std::string& text) {
  const auto role = member_role_of(text);
  if (!role) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("'{}' is no role; take admin, creator or member", text));
  }
  return *role;
}

void add(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Create).db.write([&](Connection& db) {
    create_organization(
        db, {options.name, options.user, options.email, default_role_of(options.default_role)});
  });
  fmt::print("created {}, owned by {}\n", options.name, options.user);
}

void list(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.read([](Connection& db) {
    for (const Organization& organization : list_organizations(db)) {
      fmt::print("{} (owner {}, {} members, {} teams{})\n", organization.username,
                 organization.owner, list_members(db, organization.id).size(),
                 list_teams(db, organization.id).size(),
                 organization.default_project_role
                     ? ", members are " + *organization.default_project_role + " of its projects"
                     : "");
    }
  });
}

void remove(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    delete_organization(db, require_organization(db, options.name),
                        options.with_projects ? OwnedProjects::Delete : OwnedProjects::Refuse);
  });
  fmt::print("deleted {}\n", options.name);
}

void change_owner(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    change_organization_owner(db, require_organization(db, options.name), options.user);
  });
  fmt::print("{} is owned by {}\n", options.name, options.user);
}

void change_default_role(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    set_default_project_role(db, require_organization(db, options.name),
                             default_role_of(options.default_role));
  });
  fmt::print("changed {}\n", options.name);
}

void show_members(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.read([&](Connection& db) {
    const Organization organization = require_organization(db, options.name);
    fmt::print("{} (owner)\n", organization.owner);
    for (const Member& member : list_members(db, organization.id)) {
      fmt::print("{} ({}{})\n", member.username, member.role, member.is_public ? ", public" : "");
    }
  });
}

/// Adds the person, or changes what he is.
void set_member(const OrganizationOptions& options) {
  const MemberChange values{role_of_option(options.role), options.is_public};
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    const Organization organization = require_organization(db, options.name);
    const auto user = find_user(db, options.user);
    if (!user) throw Error(ErrorCode::NotFound, fmt::format("there is no {}", options.user));
    const auto known = list_members(db, organization.id, options.user);
    if (known.empty()) {
      add_member(db, organization, user->id, values, 0);
    } else {
      change_member(db, organization, known.front(), values, 0);
    }
  });
  fmt::print("{} is {} of {}\n", options.user, options.role, options.name);
}

void drop_member(const OrganizationOptions& options) {
  OpenAccounts(options.data, Missing::Refuse).db.write([&](Connection& db) {
    const Organization organization = require_organization(db, options.name);
    remove_member(db, organization, require_member(db, organization, options.user));
  });
  fmt::print("{} is no member of {} any more\n", options.user, options.name);
}

using Work = void (*)(const OrganizationOptions&);

/// A subcommand with the options that all have.
CLI::App* add_command(CLI::App& parent, const std::shared_ptr<OrganizationOptions>& options,
                      const char* name, const char* help, Work work) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("--data", options->data, "Data folder")->capture_default_str();
  command->callback([options, work] { work(*options); });
  return command;
}

void add_member_commands(CLI::App& parent, const std::shared_ptr<OrganizationOptions>& options) {
  CLI::App* member = parent.add_subcommand("member", "Members of an organization.");
  member->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* help, Work work) {
    CLI::App* command = add_command(*member, options, name, help, work);
    command->add_option("NAME", options->name, "Organization")->required();
    return command;
  };
  add_one("list", "List the owner and the members.", show_members);
  CLI::App* set = add_one("set", "Add a member, or change what a member is.", set_member);
  set->add_option("USER", options->user, "User name")->required();
  set->add_option("--role", options->role, "admin, creator or member")->capture_default_str();
  set->add_flag("--public", options->is_public,
                "Everybody in the organization sees the membership");
  add_one("remove", "Remove a member, also from teams and projects.", drop_member)
      ->add_option("USER", options->user, "User name")
      ->required();
}

}  // namespace

void add_organization_commands(CLI::App& app) {
  auto options = std::make_shared<OrganizationOptions>();
  CLI::App* parent = app.add_subcommand("org", "Create and list organizations and their members.");
  parent->require_subcommand(1);
  const auto add_one = [&](const char* name, const char* help, Work work) {
    CLI::App* command = add_command(*parent, options, name, help, work);
    command->add_option("NAME", options->name, "Organization")->required();
    return command;
  };
  CLI::App* create = add_one("add", "Create an organization.", add);
  create->add_option("--owner", options->user, "The person who owns it")->required();
  create->add_option("--email", options->email, "E-mail address");
  create->add_option("--default-role", options->default_role,
                     "Role that every member has on its projects: reader to admin, or none");
  add_command(*parent, options, "list", "List the organizations.", list);
  add_one("delete", "Delete an organization.", remove)
      ->add_flag("--with-projects", options->with_projects, "Delete its projects, too");
  add_one("owner", "Give it to another person; the former owner becomes an admin.", change_owner)
      ->add_option("USER", options->user, "User name")
      ->required();
  add_one("default-role", "Change the role that every member has on its projects.",
          change_default_role)
      ->add_option("ROLE", options->default_role, "reader to admin, or none")
      ->required();
  add_member_commands(*parent, options);
}

}  // namespace qfcsync::server
