#pragma once

#include "io/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <SQLiteCpp/Database.h>

namespace qfcsync::gpkg {

/// A GeoPackage of somebody else, opened for reading without leaving a trace beside it.
///
/// A file alone is opened as immutable (it may be a read-only hard link into a store). A file with
/// a write-ahead log or a rollback journal is opened normally while another program works on it,
/// else read through a private copy, so that what the log holds is seen.
class SourceFile {
 public:
  /// @errors NotFound, Io, Corrupt: not a database
  explicit SourceFile(const std::filesystem::path& file);
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  SQLite::Database& database() { return *database_; }
  /// The URI for ATTACH that opens the same content in the same way.
  const std::string& uri() const { return uri_; }

 private:
  std::optional<io::TemporaryFolder> scratch_;  // of the private copy; goes after the database
  std::string uri_;
  std::unique_ptr<SQLite::Database> database_;
};

/// True when a log or journal beside the file holds content that the file itself lacks.
bool has_pending_log(const std::filesystem::path& file);

/// Writes the content of a GeoPackage, with what its log holds, as one file without log.
///
/// @errors NotFound, Io, Corrupt
void copy_without_log(const std::filesystem::path& file, const std::filesystem::path& target);

/// Text as an SQL identifier, quoted.
std::string sql_name(const std::string& name);

}  // namespace qfcsync::gpkg
