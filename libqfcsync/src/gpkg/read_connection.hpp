#pragma once

#include "gpkg/read_copy.hpp"
#include "gpkg/read_handle.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;

namespace qfcsync::gpkg {

/// A SQLite file of a stranger as it stands at one moment: a read transaction is open as long as
/// the object lives, other programs may go on writing.
///
/// The file and what lies beside it stay as they are. Exception: a transaction that a program left
/// behind half done is taken back by SQLite, as for every reader; where that is not permitted, a
/// private copy is read. Nothing here opens the file but SQLite itself: closing another descriptor
/// would drop the locks of all connections of this process (POSIX).
class ReadConnection {
 public:
  /// @errors NotFound, Busy, Io; Corrupt: no SQLite database; Unsupported: encrypted
  explicit ReadConnection(const std::filesystem::path& file);
  ~ReadConnection();
  ReadConnection(const ReadConnection&) = delete;
  ReadConnection& operator=(const ReadConnection&) = delete;

  sqlite3* handle() const { return handle_; }
  const std::filesystem::path& file() const { return file_; }

  /// Another handle of the very file that is held here; it must not outlive this.
  ///
  /// @return nullptr when there can be none: the name leads to another file by now, the file cannot
  ///         be locked, or SQLite was built for one thread
  std::unique_ptr<ReadHandle> open_again() const;

  /// To be called when everything is read: a file that cannot be locked, because its folder is not
  /// writable, must not have changed meanwhile.
  ///
  /// @errors Busy: somebody wrote
  void check_unchanged() const;

 private:
  enum class Access : std::uint8_t { ReadOnly, ReadWrite, Immutable };

  void open(const std::filesystem::path& path, Access access);
  void close() noexcept;
  bool begin();  // false: SQLite may not do what the file needs; @errors all else
  void harden();
  void open_as_needed(const std::filesystem::path& path);
  void open_wal(const std::filesystem::path& path);
  void open_copy(const std::filesystem::path& path);

  std::filesystem::path file_;
  sqlite3* handle_ = nullptr;
  std::optional<PrivateCopy> copy_;
  std::optional<FileState> locked_by_nobody_;  // what an immutable file looked like
};

}  // namespace qfcsync::gpkg
