#include "gpkg/table_source.hpp"

#include <qfcsync/error.hpp>

#include <cstdlib>

#include <SQLiteCpp/Backup.h>
#include <sqlite3.h>

namespace qfcsync::gpkg {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLogSuffixes[] = {"-wal", "-journal"};

fs::path with_suffix(const fs::path& file, const char* suffix) {
  fs::path result = file;
  result += suffix;
  return result;
}

// SQLite's URI syntax reserves %, ? and #.
std::string file_uri(const fs::path& file, const char* options) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + options;
}

void copy_with_logs(const fs::path& file, const fs::path& folder) {
  const fs::path target = folder / "copy";
  fs::copy_file(file, target);
  fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write);
  for (const char* suffix : kLogSuffixes) {
    const fs::path log = with_suffix(file, suffix);
    if (!fs::is_regular_file(fs::symlink_status(log))) continue;
    fs::copy_file(log, with_suffix(target, suffix));
    fs::permissions(with_suffix(target, suffix), fs::perms::owner_read | fs::perms::owner_write);
  }
  // Opening rolls a journal back; leaving WAL mode moves the log into the file.
  SQLite::Database(target.string(), SQLite::OPEN_READWRITE)
      .execAndGet("PRAGMA journal_mode = DELETE");
}

std::unique_ptr<SQLite::Database> open_database(const fs::path& file, const std::string& uri) {
  try {
    auto database =
        std::make_unique<SQLite::Database>(uri, SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    // The file may be crafted: no functions with side effects from its schema, no broken cells.
    sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    database->exec("PRAGMA cell_size_check = ON");
    database->execAndGet("SELECT count(*) FROM sqlite_schema");
    return database;
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorCode::Corrupt,
                fmt::format("{}: cannot be read as a GeoPackage: {}", file.filename().string(),
                            error.what()),
                ErrorOrigin::Sqlite, error.getErrorCode());
  }
}

}  // namespace

std::string sql_name(const std::string& name) {
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

bool has_pending_log(const fs::path& file) {
  for (const char* suffix : kLogSuffixes) {
    std::error_code ignored;
    const auto size = fs::file_size(with_suffix(file, suffix), ignored);
    if (!ignored && size > 0) return true;
  }
  return false;
}

SourceFile::SourceFile(const fs::path& file) {
  if (!fs::is_regular_file(file)) {
    throw Error(ErrorCode::NotFound, fmt::format("File \"{}\" missing.", file.string()));
  }
  if (!has_pending_log(file)) {
    uri_ = file_uri(file, "?mode=ro&immutable=1");
  } else if (fs::exists(with_suffix(file, "-shm"))) {
    uri_ = file_uri(file, "?mode=ro");
  } else {
    scratch_.emplace();
    try {
      copy_with_logs(file, scratch_->path());
    } catch (const SQLite::Exception& error) {
      throw Error(
          ErrorCode::Corrupt,
          fmt::format("{}: its log cannot be read: {}", file.filename().string(), error.what()),
          ErrorOrigin::Sqlite, error.getErrorCode());
    }
    uri_ = file_uri(scratch_->path() / "copy", "?mode=ro&immutable=1");
  }
  database_ = open_database(file, uri_);
}

void copy_without_log(const fs::path& file, const fs::path& target) {
  SourceFile source(file);
  try {
    SQLite::Database copy(target.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup backup(copy, source.database());
    backup.executeStep(-1);
    copy.execAndGet("PRAGMA journal_mode = DELETE");
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorCode::Io, fmt::format("cannot copy {}: {}", file.string(), error.what()),
                ErrorOrigin::Sqlite, error.getErrorCode());
  }
}

}  // namespace qfcsync::gpkg
