#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <variant>
#include <vector>

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace qfcsync::server {

/// One value for a `?` of a statement.
class SqlParam {
 public:
  SqlParam(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): reads as a value
  template <class Integer>
  requires std::is_integral_v<Integer> SqlParam(Integer value)
      : value_(static_cast<std::int64_t>(value)) {}                 // NOLINT
  SqlParam(const char* value) : value_(std::string(value)) {}       // NOLINT
  SqlParam(std::string value) : value_(std::move(value)) {}         // NOLINT
  SqlParam(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  template <class T>
  SqlParam(const std::optional<T>& value) {  // NOLINT
    if (value) *this = SqlParam(*value);
  }
  const std::variant<std::monostate, std::int64_t, std::string>& value() const { return value_; }

 private:
  std::variant<std::monostate, std::int64_t, std::string> value_;
};

using SqlParams = std::vector<SqlParam>;

/// The current row of a query; valid during the callback that receives it.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}
  bool is_null(int column) const;
  std::int64_t integer(int column) const;  ///< 0 for NULL
  bool boolean(int column) const { return integer(column) != 0; }
  std::string text(int column) const;  ///< "" for NULL
  std::optional<std::string> optional_text(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  SQLite::Statement& statement_;
};

/// A connection with its prepared statements. Used by one thread at a time.
class Connection {
 public:
  explicit Connection(const std::filesystem::path& file);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs a statement; @return rows changed. @errors AlreadyExists: a unique rule; Busy, Io
  int run(std::string_view sql, const SqlParams& params = {});

  /// Calls `each_row` for every row. The callback must not use this connection with the same SQL.
  void each(std::string_view sql, const SqlParams& params,
            const std::function<void(const Row&)>& each_row);

  /// The rows of a query, each turned into a value.
  template <class Read>
  auto all(std::string_view sql, const SqlParams& params, Read read) {
    std::vector<std::invoke_result_t<Read, const Row&>> rows;
    each(sql, params, [&](const Row& row) { rows.push_back(read(row)); });
    return rows;
  }

  /// The first row turned into a value; nullopt if there is none.
  template <class Read>
  auto first(std::string_view sql, const SqlParams& params, Read read) {
    std::optional<std::invoke_result_t<Read, const Row&>> found;
    each(sql, params, [&](const Row& row) {
      if (!found) found = read(row);
    });
    return found;
  }

  std::optional<std::int64_t> integer(std::string_view sql, const SqlParams& params) {
    return first(sql, params, [](const Row& row) { return row.integer(0); });
  }

  std::int64_t last_id() const;
  /// Several statements in one text; for schema changes.
  void run_script(const std::string& sql);

 private:
  /// Most statements kept prepared; texts that vary with requests must not fill the memory.
  static constexpr std::size_t kMaxStatements = 256;

  /// @param spare  takes the statement when it is not kept
  SQLite::Statement& prepare(std::string_view sql, const SqlParams& params,
                             std::unique_ptr<SQLite::Statement>& spare);
  std::unique_ptr<SQLite::Database> database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

/// The server's state: one SQLite file in WAL mode, any number of readers, one writer at a time.
///
/// A finished write() has reached the disk. All methods may be called concurrently.
class Database {
 public:
  /// Opens or creates the file and brings its schema up to date.
  ///
  /// @errors FormatTooNew: written by a newer version; Corrupt, Io, Denied
  explicit Database(const std::filesystem::path& file);
  ~Database();

  /// Runs `work(Connection&)` on one consistent snapshot.
  template <class Work>
  auto read(Work&& work) {
    Lease lease(*this);
    Transaction transaction(lease.connection(), "BEGIN");
    if constexpr (std::is_void_v<std::invoke_result_t<Work, Connection&>>) {
      work(lease.connection());
      transaction.commit();
    } else {
      auto result = work(lease.connection());
      transaction.commit();
      return result;
    }
  }

  /// Runs `work(Connection&)` as one transaction; an exception undoes all of it.
  template <class Work>
  auto write(Work&& work) {
    const std::lock_guard lock(writer_mutex_);
    Transaction transaction(*writer_, "BEGIN IMMEDIATE");
    if constexpr (std::is_void_v<std::invoke_result_t<Work, Connection&>>) {
      work(*writer_);
      transaction.commit();
    } else {
      auto result = work(*writer_);
      transaction.commit();
      return result;
    }
  }

 private:
  class Lease {
   public:
    explicit Lease(Database& database);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& connection() { return *connection_; }

   private:
    Database& database_;
    std::unique_ptr<Connection> connection_;
  };

  class Transaction {
   public:
    Transaction(Connection& connection, std::string_view begin);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Connection& connection_;
    bool done_ = false;
  };

  std::filesystem::path file_;
  std::mutex writer_mutex_;
  std::unique_ptr<Connection> writer_;  // guarded by writer_mutex_
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;  // guarded by readers_mutex_
};

}  // namespace qfcsync::server
