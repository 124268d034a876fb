#pragma once

#include "sqlite_side.hpp"

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace qfcsync::oracle {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  /// Below bound, which is at least 1.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <typename Range>
  const auto& pick(const Range& range) {
    return std::data(range)[below(std::size(range))];
  }
  std::uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// What a database has that some oracle cannot deal with.
struct Traits {
  bool has_collation = false;      ///< a column compares by something other than its bytes
  bool has_key_collation = false;  ///< such a column is part of a key
  bool has_untyped = false;        ///< 1 and 1.0 are different values of one column
  bool has_generated = false;
  bool has_unique = false;
  /// SQLite 3.40 records NULL where a row is older than the column and the default applies, and
  /// integers for whole numbers in REAL columns of keys and of WITHOUT ROWID tables.
  bool is_misrecorded = false;
  bool is_utf16 = false;
  bool is_pending = false;  ///< the last edit is in a write-ahead log
};

struct RandomOptions {
  bool with_unique = true;
  bool with_collations = true;
  bool with_generated = true;
  /// Typed columns but DATETIME, no NUL in texts, no integers that only just fit, plain names.
  bool is_plain = false;
};

/// Makes a file with random tables, rows and page layout, and edited copies of it.
///
/// The same seed gives the same files.
class RandomDatabase {
 public:
  RandomDatabase(std::uint64_t seed, const std::filesystem::path& base,
                 const RandomOptions& options = {});

  /// Copies and edits; the layout of the copy may be changed, too.
  ///
  /// @return what sqlite3session recorded of the edits
  std::string edit(const std::filesystem::path& from, const std::filesystem::path& to);

  const Traits& traits() const { return traits_; }
  /// The statements that made the tables, for reproduction.
  const std::vector<std::string>& schema() const { return schema_; }

 private:
  struct Column {
    std::string name;
    std::string declaration;
    bool is_key = false;
    bool is_rowid = false;
    bool is_generated = false;
    bool is_typed = false;
  };
  struct Table {
    std::string name;
    std::vector<Column> columns;
    bool is_without_rowid = false;
  };

  std::string random_type();
  void set_layout(Connection& connection);
  Table make_table(std::size_t number);
  void add_key(Table& table);
  void add_columns(Table& table);
  void create(Connection& connection, const Table& table);
  void add_column(Connection& connection, Table& table);
  void leave_gaps(Connection& connection, const Table& table);
  void insert_rows(Connection& connection, const Table& table, std::size_t count);
  void insert_row(Connection& connection, const Table& table);
  void edit_table(Connection& connection, const Table& table);
  void edit_row(Connection& connection, const Table& table, const std::vector<Value>& key);
  void update_cell(Connection& connection, const Table& table, const Column& column,
                   const std::vector<Value>& key, const Value& value);
  void reinsert_row(Connection& connection, const Table& table, const std::vector<Value>& key);
  void change_layout(Connection& connection);
  Value random_value(bool is_key);
  Value random_text(std::size_t size);
  Value tweaked(const Value& value);
  std::size_t random_size();

  Random random_;
  RandomOptions options_;
  Traits traits_;
  std::vector<Table> tables_;
  std::vector<std::string> schema_;
  std::int64_t page_size_ = 0;
};

}  // namespace qfcsync::oracle
