#pragma once

#include <qfcsync/delta_applier.hpp>

#include <cstdint>
#include <filesystem>

struct sqlite3;

namespace qfcsync::gpkg::edit {

/// How long to wait for another program that writes to the same file.
inline constexpr int kBusyTimeoutMs = 10'000;
/// Steps of SQLite's virtual machine for one delta: seconds of work, so only endless triggers and
/// absurd filters come to it.
inline constexpr std::int64_t kMaxStepsPerDelta = 1'000'000'000;
/// Greatest text or blob in a row.
inline constexpr int kMaxValueBytes = 512 << 20;

/// What a file has to be.
enum class FileKind { GeoPackage, AnySqlite };

/// An open GeoPackage of a stranger: no extension can be loaded, no other file attached, no
/// function with side effects exists, and endless SQL is stopped. The functions that
/// triggers of GeoPackages call are registered.
class Connection {
 public:
  /// @errors NotFound: no such file; Corrupt: no GeoPackage (or no SQLite file); Busy, Io
  Connection(const std::filesystem::path& file, FileSafety safety,
             FileKind kind = FileKind::GeoPackage);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const { return handle_; }
  bool is_read_only() const;
  bool in_transaction() const;
  /// Foreign keys violated now that are only checked at the end of the transaction.
  bool has_deferred_violations() const;

  /// Starts the count of steps anew.
  void grant_steps() { steps_left_ = kMaxStepsPerDelta; }

 private:
  void harden();
  void configure(FileSafety safety);
  void check_kind(const std::filesystem::path& file, FileKind kind);
  static int on_progress(void* payload);

  sqlite3* handle_ = nullptr;
  std::int64_t steps_left_ = kMaxStepsPerDelta;
};

}  // namespace qfcsync::gpkg::edit
