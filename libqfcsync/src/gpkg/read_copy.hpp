#pragma once

#include "io/temporary_folder.hpp"

#include <cstdint>
#include <filesystem>

struct sqlite3;

namespace qfcsync::gpkg {

/// What can be seen of a file from outside; two files without change have the same.
struct FileState {
  bool exists = false;
  std::uint64_t size = 0;
  std::filesystem::file_time_type changed;
  bool operator==(const FileState&) const = default;
};

FileState state_of(const std::filesystem::path& file);

/// The path of a file that SQLite keeps beside a database, e.g. "-wal".
std::filesystem::path beside(const std::filesystem::path& database, const char* suffix);

/// A database and its journals in a temporary folder, gone with the object.
class PrivateCopy {
 public:
  /// @param source    connection to the database, without transaction: its bytes are read through
  ///                  it, so that no lock of this process is lost
  /// @param database  its path
  /// @errors          Io; Busy: somebody writes all the time
  PrivateCopy(sqlite3* source, const std::filesystem::path& database);
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;

  const std::filesystem::path& database() const { return database_; }

 private:
  io::TemporaryFolder folder_;
  std::filesystem::path database_;
};

}  // namespace qfcsync::gpkg
