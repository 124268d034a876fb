#include "gpkg/read_connection.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "gpkg/edit_connection.hpp"
#include "gpkg/edit_statement.hpp"
#include "gpkg/read_file.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cerrno>
#include <new>
#include <system_error>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

namespace qfcsync::gpkg {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeadBytes = 1024;
constexpr std::size_t kWriteVersionOffset = 18;  // 1 rollback journal, 2 write-ahead log
constexpr std::size_t kReadVersionOffset = 19;
constexpr char kVersionWal = 2;
constexpr std::size_t kSmallestPageBytes = 512;
/// So many of the 256 byte values stand in 1024 random bytes (251 on average), but hardly in
/// the head of any format: what is left is encrypted.
constexpr std::size_t kRandomByteValues = 225;

std::string read_head(sqlite3* database, std::uint64_t size) {
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(size, kHeadBytes)), '\0');
  read_at(file_of(database), 0, head.data(), head.size());
  return head;
}

bool looks_encrypted(std::string_view head, std::uint64_t size) {
  if (size % kSmallestPageBytes != 0 || head.size() < kHeadBytes) return false;
  std::bitset<256> seen;
  for (const char c : head) seen.set(static_cast<unsigned char>(c));
  return seen.count() >= kRandomByteValues;
}

void check_head(std::string_view head, std::uint64_t size, const std::filesystem::path& file) {
  if (size == 0) {
    throw Error(ErrorCode::Corrupt, fmt::format("{} is empty: no SQLite database", file.string()));
  }
  if (head.starts_with(kMagic)) return;
  if (looks_encrypted(head, size)) {
    throw Error(
        ErrorCode::Unsupported,
        fmt::format("{} looks like an encrypted database: decrypt it first", file.string()));
  }
  throw Error(ErrorCode::Corrupt, fmt::format("{} is no SQLite database", file.string()));
}

/// Whether the name that a connection was opened by leads to its file no more, or that is unknown.
bool has_moved(sqlite3* database) {
  int moved = 0;
  const int result =
      sqlite3_file_control(database, "main", SQLITE_FCNTL_HAS_MOVED, static_cast<void*>(&moved));
  return result != SQLITE_OK || moved != 0;
}

/// That SQLite would have to write beside the file or into it, and must not.
bool is_refused(int extended) {
  const int primary = extended & 0xff;
  return primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN || primary == SQLITE_PERM;
}

/// SQLite names journals after the file that a link points to.
std::filesystem::path real_path(const std::filesystem::path& file) {
  std::error_code failure;
  if (!std::filesystem::is_symlink(file, failure)) return file;
  std::filesystem::path real = std::filesystem::canonical(file, failure);
  return failure ? file : real;
}

}  // namespace

ReadConnection::ReadConnection(const std::filesystem::path& file) : file_(file) {
  std::error_code failure;
  const bool is_file = std::filesystem::is_regular_file(file, failure);
  if (failure == std::errc::permission_denied || (is_file && ::access(file.c_str(), R_OK) != 0)) {
    throw Error(ErrorCode::Denied, fmt::format("cannot read {}: permission denied", file.string()),
                ErrorOrigin::Os, EACCES);
  }
  if (!is_file) {
    throw Error(ErrorCode::NotFound, is_directory(file, failure)
                                         ? fmt::format("{} is a folder; name a file", file.string())
                                         : fmt::format("there is no file {}", file.string()));
  }
  try {
    open_as_needed(real_path(file));
  } catch (...) {
    close();
    throw;
  }
}

ReadConnection::~ReadConnection() { close(); }

void ReadConnection::close() noexcept {
  sqlite3_close_v2(handle_);
  handle_ = nullptr;
}

void ReadConnection::open(const std::filesystem::path& path, Access access) {
  close();
  int flags = SQLITE_OPEN_NOMUTEX;
  std::string name = path.string();
  if (access == Access::Immutable) {
    flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    name = "file:" + base::percent_encode(name, "/") + "?immutable=1";
  } else {
    flags |= access == Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    // A leading "file:" must stay part of a name.
    if (name.starts_with("file:")) name = "./" + name;
  }
  const int result = sqlite3_open_v2(name.c_str(), &handle_, flags, nullptr);
  if (handle_ == nullptr) throw std::bad_alloc();
  sqlite3_extended_result_codes(handle_, 1);
  if (result != SQLITE_OK) {
    edit::throw_sqlite(handle_, fmt::format("cannot open {}", file_.string()));
  }
  harden();
}

void ReadConnection::harden() {
  sqlite3_busy_timeout(handle_, edit::kBusyTimeoutMs);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
}

bool ReadConnection::begin() {
  constexpr const char* kBegin =
      "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=FILE; BEGIN; "
      "SELECT count(*) FROM sqlite_schema";
  if (sqlite3_exec(handle_, kBegin, nullptr, nullptr, nullptr) == SQLITE_OK) return true;
  if (is_refused(sqlite3_extended_errcode(handle_))) return false;
  edit::throw_sqlite(handle_, fmt::format("cannot read {}", file_.string()));
}

void ReadConnection::open_as_needed(const std::filesystem::path& path) {
  open(path, Access::ReadOnly);
  const std::uint64_t size = size_of(file_of(handle_));
  const std::string head = read_head(handle_, size);
  check_head(head, size, file_);
  if (head.size() > kReadVersionOffset &&
      (head[kWriteVersionOffset] == kVersionWal || head[kReadVersionOffset] == kVersionWal)) {
    return open_wal(path);
  }
  if (begin()) return;
  open(path, Access::ReadWrite);  // a journal has to be rolled back
  if (!begin()) open_copy(path);
}

void ReadConnection::open_wal(const std::filesystem::path& path) {
  const FileState log = state_of(beside(path, "-wal"));
  const bool has_memory = state_of(beside(path, "-shm")).exists;
  if (has_memory && log.exists) {
    // Without this, the last connection to close would write the log into the file.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (!begin()) open_copy(path);
    return;
  }
  // SQLite would leave shared memory beside a log that nobody has open.
  if (log.exists && log.size > 0) return open_copy(path);
  // Nothing is pending. A reader that may write cleans up behind itself, another one does not.
  const FileState before = state_of(path);
  open(path, Access::ReadWrite);
  if (sqlite3_db_readonly(handle_, "main") == 0 && begin()) return;
  open(path, Access::Immutable);
  if (!begin()) edit::throw_sqlite(handle_, fmt::format("cannot read {}", file_.string()));
  locked_by_nobody_ = before;
  check_unchanged();
}

void ReadConnection::open_copy(const std::filesystem::path& path) {
  open(path, Access::ReadOnly);
  copy_.emplace(handle_, path);
  open(copy_->database(), Access::ReadWrite);
  if (!begin()) edit::throw_sqlite(handle_, fmt::format("cannot read {}", file_.string()));
}

std::unique_ptr<ReadHandle> ReadConnection::open_again() const {
  // Without locks SQLite does not know its other handles of a file: closing this one would drop
  // the locks that other connections of this process have on it.
  if (sqlite3_threadsafe() == 0 || locked_by_nobody_) return nullptr;
  // SQLite has made the name absolute and followed its links: what we were given may lead elsewhere
  // by now, and has_moved() does not tell that.
  const char* opened = sqlite3_db_filename(handle_, "main");
  if (opened == nullptr || *opened == '\0') return nullptr;
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(opened, &database, flags, nullptr);
  if (database == nullptr) throw std::bad_alloc();
  auto handle = std::make_unique<ReadHandle>(database);
  sqlite3_int64 nothing_mapped = 0;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_MMAP_SIZE,
                       static_cast<void*>(&nothing_mapped));
  // In this order: that the name led to both files after both were open makes them one.
  if (result != SQLITE_OK || has_moved(database) || has_moved(handle_)) return nullptr;
  return handle;
}

void ReadConnection::check_unchanged() const {
  if (!locked_by_nobody_) return;
  const std::filesystem::path real = real_path(file_);
  if (state_of(real) == *locked_by_nobody_ && state_of(beside(real, "-wal")).size == 0) return;
  throw Error(ErrorCode::Busy,
              fmt::format("{} was written to while it was read; try again", file_.string()));
}

}  // namespace qfcsync::gpkg
