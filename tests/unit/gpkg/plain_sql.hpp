#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <sqlite3.h>

namespace qfcsync::test {

/// Runs SQL on a file, which is made where it does not exist, by plain SQLite.
inline void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  const int result = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string message = sqlite3_errmsg(database);
  sqlite3_close(database);
  if (result != SQLITE_OK) throw std::runtime_error(sql + ": " + message);
}

}  // namespace qfcsync::test
