#include "gpkg/edit_connection.hpp"

#include <qfcsync/error.hpp>

#include "gpkg/edit_functions.hpp"
#include "gpkg/edit_statement.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::gpkg::edit {
namespace {

constexpr int kStepsPerCheck = 10'000;
constexpr int kMaxTriggerDepth = 100;

void set_flag(sqlite3* database, int option, int value) {
  sqlite3_db_config(database, option, value, nullptr);
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, FileSafety safety, FileKind kind) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    throw Error(ErrorCode::NotFound, is_directory(file, ignored)
                                         ? fmt::format("{} is a folder; name a file", file.string())
                                         : fmt::format("there is no file {}", file.string()));
  }
  const int result =
      sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  try {
    if (handle_ == nullptr) throw std::bad_alloc();
    sqlite3_extended_result_codes(handle_, 1);
    if (result != SQLITE_OK) throw_sqlite(handle_, fmt::format("cannot open {}", file.string()));
    harden();
    check_kind(file, kind);
    configure(safety);
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

void Connection::harden() {
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  set_flag(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1);
  // The schema has to stay trusted: the rtree of SQLite 3.40 may not be written by triggers else.
  // Nothing that it could reach has side effects: we register pure functions only.
  set_flag(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
  set_flag(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1);  // as GDAL does
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  sqlite3_limit(handle_, SQLITE_LIMIT_TRIGGER_DEPTH, kMaxTriggerDepth);
  sqlite3_progress_handler(handle_, kStepsPerCheck, &Connection::on_progress, this);
  execute(handle_, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY");
  register_functions(handle_);
}

void Connection::check_kind(const std::filesystem::path& file, FileKind kind) {
  Statement statement(handle_,
                      "SELECT 1 FROM sqlite_master WHERE type='table' AND name='gpkg_contents'");
  if (!statement.step() && kind == FileKind::GeoPackage) {
    throw Error(ErrorCode::Corrupt, fmt::format("{} is no GeoPackage: it has no table "
                                                "gpkg_contents",
                                                file.string()));
  }
}

void Connection::configure(FileSafety safety) {
  if (safety == FileSafety::Journal) {
    execute(handle_, "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384");
    return;
  }
  // Savepoints need a journal, but one in memory is enough for a file that is thrown away on
  // failure. Exclusive locking lets a file in WAL mode be turned back without shared memory.
  execute(handle_,
          "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536");
  Statement statement(handle_, "PRAGMA journal_mode=MEMORY");
  if (!statement.step() || statement.column_text(0) != "memory") {
    throw Error(ErrorCode::Busy,
                "the journal mode of the GeoPackage cannot be changed; is the "
                "private copy open elsewhere?");
  }
}

bool Connection::is_read_only() const { return sqlite3_db_readonly(handle_, "main") != 0; }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

bool Connection::has_deferred_violations() const {
  int current = 0;
  int highest = 0;
  sqlite3_db_status(handle_, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0);
  return current > 0;
}

int Connection::on_progress(void* payload) {
  auto* self = static_cast<Connection*>(payload);
  self->steps_left_ -= kStepsPerCheck;
  return self->steps_left_ < 0 ? 1 : 0;
}

}  // namespace qfcsync::gpkg::edit
