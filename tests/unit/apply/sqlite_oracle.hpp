#pragma once

#include <filesystem>
#include <string>

struct sqlite3;

/// SQLite itself, which tells what is right.
namespace qfcsync::test {

/// A plain connection with the functions that triggers of GeoPackages call.
class Sqlite {
 public:
  explicit Sqlite(const std::filesystem::path& file);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  sqlite3* handle() const { return handle_; }
  void run(const std::string& sql) const;
  /// All rows, one a line, each cell as SQL literal with its type.
  std::string rows(const std::string& query) const;
  /// First cell of the first row as text.
  std::string value(const std::string& query) const;

 private:
  sqlite3* handle_ = nullptr;
};

/// What a database holds, table by table, as plain SQL shows it; without what is derived.
std::string dump(const std::filesystem::path& file);

/// "" when SQLite's own checks find nothing: integrity and foreign keys.
std::string check_database(const std::filesystem::path& file);

/// Bytes of a file.
std::string bytes_of(const std::filesystem::path& file);

/// The changeset that leads from one file to the other, by SQLite's session extension.
std::string session_diff(const std::filesystem::path& base, const std::filesystem::path& modified);

/// The same by reading all rows of both and comparing type and bytes; it sees what collations hide.
std::string row_diff(const std::filesystem::path& base, const std::filesystem::path& modified);

/// Runs SQL and returns what SQLite's session extension recorded of all tables with a key: side
/// effects, tables behind spatial indexes and the GeoPackage's own included.
std::string record(const std::filesystem::path& file, const std::string& sql);

/// What takes a changeset back, by SQLite's session extension.
std::string session_invert(const std::string& changeset);

/// Applies by SQLite's session extension. @return false when it found a conflict
bool session_apply(const std::filesystem::path& file, const std::string& changeset);

}  // namespace qfcsync::test
