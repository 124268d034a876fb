#include "commands.hpp"
#include "routes/route_table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace qfcsync::server {
namespace {

void print_routes() {
  for (const auto& table : api_routes()) {
    for (const Route& route : table) {
      const std::string_view access = route.access == Access::User ? "user" : "anyone";
      fmt::print("{} /api/v1/{}/ {}\n", route.method, route.pattern, access);
    }
  }
}

}  // namespace

void add_routes_command(CLI::App& app) {
  app.add_subcommand("routes",
                     "List the routes of the API: method, path, and whether it needs an account.")
      ->callback(print_routes);
}

}  // namespace qfcsync::server
