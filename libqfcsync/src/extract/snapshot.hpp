#pragma once

#include <qfcsync/schema.hpp>

#include "gpkg/read_connection.hpp"
#include "sqlitefile/page_reader.hpp"
#include "sqlitefile/page_source.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3_file;

namespace qfcsync::extraction {

class LogSource;

/// One of the two files, held still: its tables through SQLite, and its bytes where they are what
/// SQLite would read.
class Snapshot {
 public:
  /// @errors as gpkg::ReadConnection
  explicit Snapshot(const std::filesystem::path& file);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  sqlite3* handle() const { return connection_.handle(); }
  const std::filesystem::path& file() const { return connection_.file(); }
  const DatabaseSchema& schema() const { return schema_; }
  std::uint64_t size() const { return source_->size(); }

  /// A write-ahead log has frames that are not in the file, or may not be.
  bool has_pending_log() const { return has_pending_log_; }
  /// source() gives what SQLite would read; if not, only SQLite knows the rows.
  bool has_bytes() const { return has_bytes_; }

  /// The bytes of the database, with those of its log; see has_bytes().
  sqlitefile::PageSource& source() { return *source_; }
  /// Its pages. @errors as sqlitefile::PageReader
  sqlitefile::PageReader& pages();

  /// The same bytes for another thread; must not outlive this.
  ///
  /// @return nullptr when they can be read by one thread only
  std::unique_ptr<sqlitefile::PageSource> source_again() const;

  /// When everything is read. @errors Busy: the file changed while it could not be locked
  void check_unchanged() const { connection_.check_unchanged(); }

 private:
  void open_source();

  gpkg::ReadConnection connection_;
  std::unique_ptr<sqlitefile::PageSource> source_;
  const LogSource* log_source_ = nullptr;  // source_, when it is one
  bool has_pending_log_ = false;
  bool has_bytes_ = true;
  DatabaseSchema schema_;  // read when it is settled which moment the snapshot shows
  std::optional<sqlitefile::PageReader> pages_;
};

}  // namespace qfcsync::extraction
