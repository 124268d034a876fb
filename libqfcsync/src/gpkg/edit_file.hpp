#pragma once

#include "gpkg/edit_connection.hpp"
#include "gpkg/edit_table.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace qfcsync::gpkg::edit {

/// A GeoPackage that deltas are applied to: one transaction, a savepoint around each change.
class EditFile {
 public:
  /// @errors as Connection
  EditFile(std::filesystem::path file, FileSafety safety);

  sqlite3* handle() const { return connection_.handle(); }
  Connection& connection() { return connection_; }
  const std::filesystem::path& path() const { return path_; }
  bool is_changed() const { return changed_; }

  /// The table of that name; nullptr when there is none. Layers of one table share it.
  Table* table(const std::string& name);

  /// Makes sure that the transaction runs. @errors Busy, Io
  void begin();

  /// Starts, keeps or takes back one change.
  void open_savepoint();
  void keep_savepoint();
  void drop_savepoint();

  /// Writes the notes of all tables and ends the transaction; the file is on disk then.
  ///
  /// @errors Busy, Io, Corrupt: nothing is visible
  void commit();

 private:
  std::filesystem::path path_;
  FileSafety safety_;
  Connection connection_;
  Statement begin_;
  Statement savepoint_;
  Statement release_;
  Statement rollback_;
  std::map<std::string, std::unique_ptr<Table>> tables_;
  bool changed_ = false;
};

}  // namespace qfcsync::gpkg::edit
