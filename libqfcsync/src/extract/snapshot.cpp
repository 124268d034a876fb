#include "extract/snapshot.hpp"

#include "extract/log_source.hpp"
#include "gpkg/edit_statement.hpp"
#include "gpkg/read_file.hpp"
#include "gpkg/schema_read.hpp"

#include <utility>

#include <sqlite3.h>

namespace qfcsync::extraction {
namespace {

/// Reads through the handle that SQLite has locked.
class LockedFile : public sqlitefile::PageSource {
 public:
  explicit LockedFile(sqlite3_file* file) : file_(file), size_(gpkg::size_of(file)) {}

  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    gpkg::read_at(file_, offset, buffer, size);
  }

 private:
  sqlite3_file* file_;
  std::uint64_t size_;
};

/// A source with the handle that it reads through.
template <typename Source>
class Owning : public Source {
 public:
  template <typename... Arguments>
  explicit Owning(std::unique_ptr<gpkg::ReadHandle> handle, Arguments&&... arguments)
      : Source(std::forward<Arguments>(arguments)...), handle_(std::move(handle)) {}

 private:
  std::unique_ptr<gpkg::ReadHandle> handle_;
};

/// The log, when there are frames in it; nullptr otherwise.
///
/// An empty log stays so for this snapshot: a writer may append to it, but nothing of that comes
/// into the file while we hold the first read mark.
sqlite3_file* pending_log(sqlite3* database) {
  gpkg::edit::Statement mode(database, "PRAGMA main.journal_mode");
  if (!mode.step() || mode.column_text(0) != "wal") return nullptr;
  sqlite3_file* log = gpkg::journal_of(database);
  return log != nullptr && gpkg::size_of(log) > 0 ? log : nullptr;
}

}  // namespace

Snapshot::Snapshot(const std::filesystem::path& file) : connection_(file) {
  open_source();
  schema_ = gpkg::read_schema(handle());
}

void Snapshot::open_source() {
  sqlite3_file* log = pending_log(handle());
  LogEnd end;
  if (log != nullptr) {
    has_bytes_ = pin_log(handle(), end);
    has_pending_log_ = !has_bytes_ || end.frames > 0;
  }
  sqlite3_file* file = gpkg::file_of(handle());
  if (has_bytes_ && has_pending_log_) {
    auto source = std::make_unique<LogSource>(file, log, end);
    log_source_ = source.get();
    source_ = std::move(source);
  } else {
    source_ = std::make_unique<LockedFile>(file);
  }
}

std::unique_ptr<sqlitefile::PageSource> Snapshot::source_again() const {
  std::unique_ptr<gpkg::ReadHandle> handle = connection_.open_again();
  if (!handle || !has_bytes_) return nullptr;
  sqlite3_file* file = handle->file();
  if (!has_pending_log_) return std::make_unique<Owning<LockedFile>>(std::move(handle), file);
  sqlite3_file* log = handle->log();
  if (log == nullptr) return nullptr;
  return std::make_unique<Owning<LogSource>>(std::move(handle), *log_source_, file, log);
}

sqlitefile::PageReader& Snapshot::pages() {
  if (!pages_) pages_.emplace(*source_, file().filename().string());
  return *pages_;
}

}  // namespace qfcsync::extraction
