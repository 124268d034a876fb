#pragma once

#include <filesystem>

struct sqlite3;

namespace qfcsync::gpkg {

/// Writes the database as a connection sees it, frames of its write-ahead log included, into a
/// file, page by page.
///
/// @param from  in a read transaction, when the moment matters
/// @param to    an empty file, or none
/// @errors      Busy, Corrupt, Io: also a full disk
void copy_database(sqlite3* from, const std::filesystem::path& to);

}  // namespace qfcsync::gpkg
