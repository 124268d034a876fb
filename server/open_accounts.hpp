#pragma once

#include <qfcsync/error.hpp>

#include "db/database.hpp"
#include "domain/accounts.hpp"
#include "domain/config.hpp"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

namespace qfcsync::server {

enum class Missing { Create, Refuse };

/// Accounts of a data folder; works beside a running server, the database keeps them apart.
struct OpenAccounts {
  /// @errors NotFound: no data folder, and none was to be made
  OpenAccounts(const std::filesystem::path& data, Missing missing)
      : db(prepared(data, missing)), accounts(db, Config{}.token_lifetime_hours) {}

  static std::filesystem::path prepared(const std::filesystem::path& data, Missing missing) {
    const std::filesystem::path file = data / "server.db";
    if (std::filesystem::exists(file)) return file;
    if (missing == Missing::Refuse) {
      throw Error(
          ErrorCode::NotFound,
          fmt::format("{} is no data folder of a server; name one with --data", data.string()));
    }
    fmt::print(stderr, "new data folder: {}\n", std::filesystem::absolute(data).string());
    std::filesystem::create_directories(data);
    std::filesystem::permissions(data, std::filesystem::perms::owner_all);
    return file;
  }

  Database db;
  Accounts accounts;
};

}  // namespace qfcsync::server
