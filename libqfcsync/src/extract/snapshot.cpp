#include "extract/snapshot.hpp"

#include "gpkg/edit_statement.hpp"
#include "gpkg/read_file.hpp"
#include "gpkg/schema_read.hpp"

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

/// An empty log stays so for this snapshot: a writer may append to it, but nothing of that comes
/// into the file while we hold the first read mark.
bool has_pending_frames(sqlite3* database) {
  gpkg::edit::Statement mode(database, "PRAGMA main.journal_mode");
  if (!mode.step() || mode.column_text(0) != "wal") return false;
  sqlite3_file* log = gpkg::journal_of(database);
  return log != nullptr && gpkg::size_of(log) > 0;
}

}  // namespace

Snapshot::Snapshot(const std::filesystem::path& file)
    : connection_(file),
      schema_(gpkg::read_schema(connection_.handle())),
      source_(std::make_unique<LockedFile>(gpkg::file_of(connection_.handle()))),
      has_pending_log_(has_pending_frames(connection_.handle())) {}

sqlitefile::PageReader& Snapshot::pages() {
  if (!pages_) pages_.emplace(*source_);
  return *pages_;
}

}  // namespace qfcsync::extraction
