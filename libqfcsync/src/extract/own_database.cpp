#include "extract/own_database.hpp"

#include "gpkg/edit_statement.hpp"

#include <new>

#include <sqlite3.h>

namespace qfcsync::extraction {

OwnDatabase::OwnDatabase(Place place) {
  // A database without a name lies in a temporary file that SQLite deletes.
  const char* name = place == Place::Memory ? ":memory:" : "";
  const int result = sqlite3_open_v2(
      name, &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle_ == nullptr) throw std::bad_alloc();
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  try {
    if (result != SQLITE_OK) gpkg::edit::throw_sqlite(handle_, "cannot make a temporary database");
    // Nothing of it outlives us: neither a journal nor syncing is of use.
    gpkg::edit::execute(handle_,
                        "PRAGMA temp_store=FILE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

OwnDatabase::~OwnDatabase() { sqlite3_close_v2(handle_); }

}  // namespace qfcsync::extraction
