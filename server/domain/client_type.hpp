#pragma once

#include <optional>
#include <string_view>

namespace qfcsync::server {

/// Which program speaks to us; decides how many tokens a person may hold and whose uploads pass
/// a full quota.
enum class ClientType { Unknown, QField, QFieldSync, Sdk, Cli, Browser, Worker };

/// Told from the User-Agent header. Never Worker: only the server's own jobs are that.
ClientType client_type_of(std::string_view user_agent);

/// Whether a new token of this type ends the older ones of the same person and type.
bool is_single_token(ClientType type);

/// "qfield", "qfieldsync", "sdk", "cli", "browser", "worker", "unknown"
std::string_view to_string(ClientType type);

/// The type of that name; nullopt for any other text.
std::optional<ClientType> client_type_named(std::string_view text);

}  // namespace qfcsync::server
