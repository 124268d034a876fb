#pragma once

#include "db/database.hpp"
#include "domain/uuid.hpp"

#include <filesystem>
#include <system_error>

namespace qfcsync::tests {

/// A server database in a folder of its own, gone at the end.
class TemporaryDatabase {
 public:
  TemporaryDatabase() = default;
  ~TemporaryDatabase() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;

  std::filesystem::path file() const { return folder_ / "server.db"; }

  /// Runs one statement, as somebody would who edits the file. @return rows changed
  int run(std::string_view sql, const server::SqlParams& params = {}) {
    return db.write([&](server::Connection& connection) { return connection.run(sql, params); });
  }
  /// First value of a query; -1 for no row or NULL.
  std::int64_t integer(std::string_view sql, const server::SqlParams& params = {}) {
    return db.read([&](server::Connection& connection) {
      return connection
          .first(sql, params,
                 [](const server::Row& row) { return row.is_null(0) ? -1 : row.integer(0); })
          .value_or(-1);
    });
  }

 private:
  static std::filesystem::path new_folder() {
    auto folder = std::filesystem::temp_directory_path() / ("qfcsync-test-" + server::new_uuid());
    std::filesystem::create_directories(folder);
    return folder;
  }
  const std::filesystem::path folder_ = new_folder();

 public:
  server::Database db{folder_ / "server.db"};
};

}  // namespace qfcsync::tests
