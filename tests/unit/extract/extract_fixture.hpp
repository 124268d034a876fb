#pragma once

#include <qfcsync/extract.hpp>

#include "support/temporary_folder.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

struct sqlite3;

namespace qfcsync::test {

/// A connection of another program: plain SQLite, nothing of ours.
class PlainDatabase {
 public:
  explicit PlainDatabase(const std::filesystem::path& file);
  ~PlainDatabase();
  PlainDatabase(const PlainDatabase&) = delete;
  PlainDatabase& operator=(const PlainDatabase&) = delete;

  sqlite3* handle() const { return handle_; }
  void run(const std::string& sql) const;
  /// Rows as text, one a line: type and exact value of every cell.
  std::string dump(const std::string& query) const;
  /// First column of the first row.
  std::string text(const std::string& query) const;

 private:
  sqlite3* handle_ = nullptr;
};

/// Two files, and what an extraction between them has to hold.
class FilePair {
 public:
  /// Makes base by SQL and modified as its copy.
  explicit FilePair(const std::string& base_sql);

  /// Changes the modified file.
  void edit(const std::string& sql) const;

  const std::filesystem::path& base() const { return base_; }
  const std::filesystem::path& modified() const { return modified_; }
  std::filesystem::path in_folder(const std::string& name) const { return folder_ / name; }

  /// The changeset, the same by all methods. Checks with SQLite that it leads from base to modified
  /// and that its inverse leads back.
  std::string changes(const ExtractOptions& options = {}) const;
  /// Without the checks on the result.
  std::string changes_by(ExtractMethod method, ExtractOptions options = {}) const;

  /// Of the last changes().
  const ExtractResult& result() const { return result_; }

 private:
  void check_leads_to(const std::string& changeset, const std::filesystem::path& from,
                      const std::filesystem::path& to) const;

  TemporaryFolder folder_;
  std::filesystem::path base_;
  std::filesystem::path modified_;
  mutable ExtractResult result_;
};

/// The changes as text, one a line: "t insert 1|'a'" with "-" for untouched cells, "1r" for
/// real 1.
std::vector<std::string> lines(const std::string& changeset);

/// Applies a changeset as SQLite does. Every conflict stops it.
///
/// @return  SQLite's result code
int apply_by_sqlite(sqlite3* database, const std::string& changeset);

/// The other way round, by SQLite.
std::string invert_by_sqlite(const std::string& changeset);

}  // namespace qfcsync::test
