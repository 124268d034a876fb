#pragma once

#include "routes/route_table.hpp"

#include <span>

namespace qfcsync::server {

// Routes of pages for people; their patterns are below the root of the server.
std::span<const Route> login_page_routes();
std::span<const Route> account_page_routes();
std::span<const Route> project_page_routes();
std::span<const Route> document_routes();

}  // namespace qfcsync::server
