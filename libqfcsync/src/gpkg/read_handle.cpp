#include "gpkg/read_handle.hpp"

#include "gpkg/read_file.hpp"

#include <sqlite3.h>

namespace qfcsync::gpkg {

ReadHandle::~ReadHandle() { sqlite3_close_v2(database_); }

sqlite3_file* ReadHandle::file() const { return file_of(database_); }

sqlite3_file* ReadHandle::log() {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // SQLite opens the log when it reads.
  constexpr const char* kRead = "BEGIN; SELECT count(*) FROM sqlite_schema";
  const bool is_read = sqlite3_exec(database_, kRead, nullptr, nullptr, nullptr) == SQLITE_OK;
  return is_read ? journal_of(database_) : nullptr;
}

}  // namespace qfcsync::gpkg
