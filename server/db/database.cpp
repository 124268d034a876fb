#include "db/database.hpp"

#include <qfcsync/error.hpp>

#include "db/migrations.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace qfcsync::server {
namespace {

constexpr int kBusyTimeoutMs = 10'000;
constexpr int kReaderCacheKib = 1024;  // an idle server stays small

[[noreturn]] void rethrow(const SQLite::Exception& error) {
  ErrorCode code = ErrorCode::Io;
  switch (error.getErrorCode()) {
    case SQLITE_CONSTRAINT:
      code = ErrorCode::AlreadyExists;
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      code = ErrorCode::Busy;
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      code = ErrorCode::Corrupt;
      break;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      code = ErrorCode::Internal;
      break;
    default:
      break;
  }
  throw Error(code, fmt::format("server database: {}", error.what()), ErrorOrigin::Sqlite,
              error.getExtendedErrorCode());
}

/// Runs work and turns the library's exceptions into ours.
template <class Work>
auto guarded(Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    rethrow(error);
  }
}

}  // namespace

bool Row::is_null(int column) const { return statement_.isColumnNull(column); }
std::int64_t Row::integer(int column) const { return statement_.getColumn(column).getInt64(); }
std::string Row::text(int column) const { return statement_.getColumn(column).getString(); }

std::optional<std::string> Row::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Row::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

Connection::Connection(const std::filesystem::path& file) {
  guarded([&] {
    database_ = std::make_unique<SQLite::Database>(
        file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs);
    database_->exec("PRAGMA journal_mode = WAL");
    database_->exec("PRAGMA synchronous = FULL");
    database_->exec("PRAGMA foreign_keys = ON");
    database_->exec(fmt::format("PRAGMA cache_size = -{}", kReaderCacheKib));
  });
}

Connection::~Connection() = default;

SQLite::Statement& Connection::prepare(std::string_view sql, const SqlParams& params,
                                       std::unique_ptr<SQLite::Statement>& spare) {
  const std::string key(sql);
  const auto known = statements_.find(key);
  if (known == statements_.end()) spare = std::make_unique<SQLite::Statement>(*database_, key);
  if (spare && statements_.size() < kMaxStatements) {
    statements_.emplace(key, std::move(spare));
  }
  const auto kept = statements_.find(key);
  SQLite::Statement& statement = kept == statements_.end() ? *spare : *kept->second;
  statement.tryReset();
  int index = 0;
  for (const SqlParam& param : params) {
    ++index;
    if (const auto* integer = std::get_if<std::int64_t>(&param.value())) {
      statement.bind(index, *integer);
    } else if (const auto* text = std::get_if<std::string>(&param.value())) {
      statement.bind(index, *text);
    } else {
      statement.bind(index);
    }
  }
  return statement;
}

int Connection::run(std::string_view sql, const SqlParams& params) {
  return guarded([&] {
    std::unique_ptr<SQLite::Statement> spare;
    SQLite::Statement& statement = prepare(sql, params, spare);
    while (statement.executeStep()) {
    }
    const int changed = statement.getChanges();
    statement.reset();
    return changed;
  });
}

void Connection::each(std::string_view sql, const SqlParams& params,
                      const std::function<void(const Row&)>& each_row) {
  guarded([&] {
    std::unique_ptr<SQLite::Statement> spare;
    SQLite::Statement& statement = prepare(sql, params, spare);
    const Row row(statement);
    try {
      while (statement.executeStep()) each_row(row);
    } catch (...) {
      statement.tryReset();
      throw;
    }
    statement.reset();
  });
}

std::int64_t Connection::last_id() const { return database_->getLastInsertRowid(); }

void Connection::run_script(const std::string& sql) {
  guarded([&] { database_->exec(sql); });
}

Database::Database(const std::filesystem::path& file)
    : file_(file), writer_(std::make_unique<Connection>(file)) {
  migrate(*writer_);
}

Database::~Database() = default;

Database::Lease::Lease(Database& database) : database_(database) {
  {
    const std::lock_guard lock(database_.readers_mutex_);
    if (!database_.readers_.empty()) {
      connection_ = std::move(database_.readers_.back());
      database_.readers_.pop_back();
    }
  }
  if (!connection_) connection_ = std::make_unique<Connection>(database_.file_);
}

Database::Lease::~Lease() {
  const std::lock_guard lock(database_.readers_mutex_);
  database_.readers_.push_back(std::move(connection_));
}

Database::Transaction::Transaction(Connection& connection, std::string_view begin)
    : connection_(connection) {
  connection_.run(begin);
}

Database::Transaction::~Transaction() {
  if (done_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const Error&) {
    // SQLite has rolled back by itself already (full disk, broken file).
  }
}

void Database::Transaction::commit() {
  connection_.run("COMMIT");
  done_ = true;
}

}  // namespace qfcsync::server
