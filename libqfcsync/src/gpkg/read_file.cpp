#include "gpkg/read_file.hpp"

#include <qfcsync/error.hpp>

#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

// SQLite reads at most this at once through its int.
constexpr std::size_t kMaxReadBytes = 1u << 30;

sqlite3_file* control(sqlite3* database, int operation) {
  sqlite3_file* file = nullptr;
  const int result = sqlite3_file_control(database, "main", operation, static_cast<void*>(&file));
  if (result != SQLITE_OK) {
    throw Error(ErrorCode::Io, "SQLite does not give its file handle", ErrorOrigin::Sqlite, result);
  }
  return file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

}  // namespace

sqlite3_file* file_of(sqlite3* database) {
  sqlite3_file* file = control(database, SQLITE_FCNTL_FILE_POINTER);
  if (file == nullptr) throw Error(ErrorCode::Io, "SQLite has no file open", ErrorOrigin::Sqlite);
  return file;
}

sqlite3_file* journal_of(sqlite3* database) {
  return control(database, SQLITE_FCNTL_JOURNAL_POINTER);
}

std::uint64_t size_of(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  const int result = file->pMethods->xFileSize(file, &size);
  if (result != SQLITE_OK || size < 0) {
    throw Error(ErrorCode::Io, "cannot find the size of a database file", ErrorOrigin::Sqlite,
                result);
  }
  return static_cast<std::uint64_t>(size);
}

void read_at(sqlite3_file* file, std::uint64_t offset, char* buffer, std::size_t size,
             BeyondEnd beyond) {
  while (size > 0) {
    const std::size_t part = size < kMaxReadBytes ? size : kMaxReadBytes;
    const int result = file->pMethods->xRead(file, buffer, static_cast<int>(part),
                                             static_cast<sqlite3_int64>(offset));
    // SQLite has put zeros where the file has nothing.
    const bool is_short = result == SQLITE_IOERR_SHORT_READ;
    if (is_short && beyond == BeyondEnd::Nothing) {
      throw Error(ErrorCode::Corrupt,
                  fmt::format("the database file ends before byte {}", offset + part),
                  ErrorOrigin::Sqlite, result);
    }
    if (result != SQLITE_OK && !is_short) {
      throw Error(ErrorCode::Io, fmt::format("cannot read the database file at byte {}", offset),
                  ErrorOrigin::Sqlite, result);
    }
    offset += part;
    buffer += part;
    size -= part;
  }
}

}  // namespace qfcsync::gpkg
