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

  /// Frames of a write-ahead log are not in the file yet (or may not be): only SQLite knows the
  /// rows.
  bool has_pending_log() const { return has_pending_log_; }

  /// The bytes of the file. Not those of the snapshot when a log is pending.
  sqlitefile::PageSource& source() { return *source_; }
  /// Pages of the file. @errors as sqlitefile::PageReader
  sqlitefile::PageReader& pages();

  /// When everything is read. @errors Busy: the file changed while it could not be locked
  void check_unchanged() const { connection_.check_unchanged(); }

 private:
  gpkg::ReadConnection connection_;
  DatabaseSchema schema_;
  std::unique_ptr<sqlitefile::PageSource> source_;
  std::optional<sqlitefile::PageReader> pages_;
  bool has_pending_log_ = false;
};

}  // namespace qfcsync::extraction
