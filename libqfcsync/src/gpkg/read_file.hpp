#pragma once

#include <cstddef>
#include <cstdint>

struct sqlite3;
struct sqlite3_file;

namespace qfcsync::gpkg {

/// The file of a connection's main database, as SQLite has it open. @errors Io
sqlite3_file* file_of(sqlite3* database);

/// The file of its journal or write-ahead log; nullptr when there is none. @errors Io
sqlite3_file* journal_of(sqlite3* database);

/// @errors Io
std::uint64_t size_of(sqlite3_file* file);

/// What stands behind the end of a file that is read.
enum class BeyondEnd : std::uint8_t {
  Nothing,  ///< Corrupt: there should be more
  Zeros,    ///< as SQLite reads pages that were never written
};

/// Reads exactly size bytes. @errors Io; Corrupt: see BeyondEnd
void read_at(sqlite3_file* file, std::uint64_t offset, char* buffer, std::size_t size,
             BeyondEnd beyond = BeyondEnd::Nothing);

}  // namespace qfcsync::gpkg
