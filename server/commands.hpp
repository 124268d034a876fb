#pragma once

namespace CLI {
class App;
}

namespace qfcsync::server {

/// `serve`: runs the server until SIGTERM or SIGINT.
void add_serve_command(CLI::App& app);

/// `user add`, `user list`, `user passwd`: accounts of a data folder, also while it is served.
void add_user_commands(CLI::App& app);

/// `user avatar`, `user worker-token`, below the command `user`.
void add_account_commands(CLI::App& user);

/// `check`: reads every version of a data folder that is not served.
void add_check_command(CLI::App& app);

}  // namespace qfcsync::server
