#include "gpkg/database_copy.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/edit_statement.hpp"

#include <memory>

#include <sqlite3.h>

namespace qfcsync::gpkg {

void copy_database(sqlite3* from, const std::filesystem::path& to) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(to.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> target(opened, sqlite3_close);
  if (opened == nullptr) throw std::bad_alloc();
  const std::string what = "cannot copy the database to " + to.string();
  if (result != SQLITE_OK) edit::throw_sqlite(opened, what);
  // The file is thrown away when anything fails: it needs no journal.
  edit::execute(opened, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF");
  sqlite3_backup* backup = sqlite3_backup_init(opened, "main", from, "main");
  if (backup == nullptr) edit::throw_sqlite(opened, what);
  const int copied = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (copied == SQLITE_BUSY || copied == SQLITE_LOCKED) {
    throw Error(ErrorCode::Busy, what + ": another program writes to it", ErrorOrigin::Sqlite,
                copied);
  }
  if (copied != SQLITE_DONE || finished != SQLITE_OK) edit::throw_sqlite(opened, what);
}

}  // namespace qfcsync::gpkg
