#pragma once

#include <qfcsync/value.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_session;
struct sqlite3_stmt;

/// What SQLite itself says about files and changesets: the oracle. Nothing here uses the engine.
namespace qfcsync::oracle {

/// Type and exact bytes of a value; "" is "not part of the change".
using Cell = std::string;
using Cells = std::vector<Cell>;
/// Rows of the tables that have a primary key, by key; generated columns aside.
using Content = std::map<std::string, std::map<Cells, Cells>>;

class Connection {
 public:
  explicit Connection(const std::filesystem::path& file);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void execute(const std::string& sql);
  /// @return false when a constraint refused it
  bool run(const std::string& sql, const std::vector<Value>& arguments);
  std::vector<std::vector<Value>> query(const std::string& sql,
                                        const std::vector<Value>& arguments = {});
  std::string text(const std::string& sql);
  sqlite3* get() const { return database_; }

 private:
  sqlite3_stmt* prepare(const std::string& sql, const std::vector<Value>& arguments);

  sqlite3* database_ = nullptr;
};

struct TableColumns {
  std::string name;
  std::vector<std::string> all;  ///< without generated ones
  std::vector<std::string> key;  ///< in the order of the table
};

std::string as_name(std::string_view name);
std::vector<TableColumns> tables_with_key(Connection& connection);
Cell cell_of(ValueView value);

Content read_content(const std::filesystem::path& file);
/// The first difference in words; "" when both hold the same.
std::string difference(const Content& expected, const Content& found);
/// "ok", or what PRAGMA integrity_check says.
std::string integrity(const std::filesystem::path& file);

/// Records what is done through a connection, as sqlite3session does; tables with generated columns
/// are left out.
class Recorder {
 public:
  explicit Recorder(Connection& connection);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  std::string changeset();

 private:
  sqlite3_session* session_ = nullptr;
};

/// What sqlite3session_diff finds.
std::string session_diff(const std::filesystem::path& base, const std::filesystem::path& modified);

/// @return "" when sqlite3changeset_apply made all changes, else why not (nothing is changed then)
std::string session_apply(const std::filesystem::path& target, std::string changeset);

/// One change as SQLite's iterator reads it.
struct DecodedChange {
  int operation = 0;  ///< SQLITE_INSERT, ...
  Cells old_values;
  Cells new_values;
  bool operator==(const DecodedChange&) const = default;
};
/// By table and key: the order of changes does not count.
using DecodedChangeset = std::map<std::string, std::map<Cells, DecodedChange>>;

/// @throws std::runtime_error  SQLite cannot read it, or a row is named twice
DecodedChangeset decode(std::string changeset);
std::string difference(const DecodedChangeset& expected, const DecodedChangeset& found);

std::string read_file(const std::filesystem::path& file);
/// Copies a database as a killed program leaves it: with a write-ahead log, if there is one.
void copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace qfcsync::oracle
