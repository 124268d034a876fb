#pragma once

namespace CLI {
class App;
}

namespace qfcsync::server {

/// `serve`: runs the server until SIGTERM or SIGINT.
void add_serve_command(CLI::App& app);

/// `user add`, `user list`, `user passwd` and more: accounts of a data folder, also while it is
/// served.
void add_user_commands(CLI::App& app);

/// `user avatar`, `user worker-token`, below the command `user`.
void add_account_commands(CLI::App& user);

/// `org add`, `org list`, `org member set` and more, likewise.
void add_organization_commands(CLI::App& app);

/// `project keep-versions`, likewise.
void add_project_commands(CLI::App& app);

/// `subscription show`, `subscription set`, likewise.
void add_subscription_commands(CLI::App& app);

/// `check`: reads every version of a data folder that is not served.
void add_check_command(CLI::App& app);

/// `routes`: lists the routes of the API.
void add_routes_command(CLI::App& app);

}  // namespace qfcsync::server
