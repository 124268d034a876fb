#pragma once

struct sqlite3;
struct sqlite3_file;

namespace qfcsync::gpkg {

/// Another handle of a database file that a ReadConnection of the same process holds still: for
/// reading its bytes on another thread.
class ReadHandle {
 public:
  /// @param database  an open connection, owned from now on
  explicit ReadHandle(sqlite3* database) : database_(database) {}
  ~ReadHandle();
  ReadHandle(const ReadHandle&) = delete;
  ReadHandle& operator=(const ReadHandle&) = delete;

  /// @errors Io
  sqlite3_file* file() const;
  /// The write-ahead log; nullptr when it cannot be opened.
  sqlite3_file* log();

 private:
  sqlite3* database_;
};

}  // namespace qfcsync::gpkg
