#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace qfcsync {

/// Names and size of one stored content.
struct ObjectInfo {
  std::string sha256;      ///< its name, 64 hex digits
  std::string etag;        ///< S3-style entity tag (`md5sum` of the API)
  std::uint64_t size = 0;  ///< bytes
};

/// Takes the bytes of one content, piece by piece, in constant memory.
///
/// Destruction without finish() leaves nothing behind. One thread at a time.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;

  /// @errors Io (also: disk full)
  virtual void write(std::string_view bytes) = 0;

  /// Makes the content durable and visible under its name.
  ///
  /// @return names and size; the same content twice is one object
  /// @errors Io; nothing is visible then
  virtual ObjectInfo finish() = 0;
};

/// Random access to one stored content. Safe for concurrent reads.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  virtual std::uint64_t size() const = 0;

  /// Reads up to buffer.size() bytes at an offset.
  ///
  /// @return bytes read; less than asked only at the end
  /// @errors Io, Corrupt
  virtual std::size_t read_at(std::uint64_t offset, std::span<char> buffer) const = 0;
};

/// Contents named by their SHA-256. All methods may be called concurrently.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual std::unique_ptr<ObjectWriter> create() = 0;

  /// Takes a finished file into the store; the file is gone from its place afterwards.
  ///
  /// Saves the second writing of a file that was made on the same file system.
  ///
  /// @return as ObjectWriter::finish()
  /// @errors NotFound, Io; the file stays where it is then
  virtual ObjectInfo adopt(const std::filesystem::path& file) = 0;

  /// @errors NotFound: no such content; Io
  virtual std::unique_ptr<ObjectReader> open(std::string_view sha256) const = 0;

  virtual bool contains(std::string_view sha256) const = 0;

  /// Puts a content as a read-only file at a path, without copying where the file system can.
  ///
  /// @errors NotFound, AlreadyExists (path), Io
  /// @ownership the caller must not write to the file; it may be shared with the store
  virtual void materialize(std::string_view sha256, const std::filesystem::path& path) const = 0;

  /// Puts a content as a file of its own that the caller may change.
  ///
  /// @errors as materialize
  virtual void copy_to(std::string_view sha256, const std::filesystem::path& path) const = 0;

  /// Forgets a content; unknown names are no error.
  virtual void remove(std::string_view sha256) = 0;

  /// True when the store can take and give contents right now.
  virtual bool is_healthy() const noexcept = 0;
};

/// A store in a folder: `<folder>/objects/ab/cdef…`, written as temporary file, fsync, rename,
/// fsync of the folder. Leftovers of a killed process are removed when the store is opened; only
/// one process may have it open.
///
/// @errors Io, Denied
std::unique_ptr<ObjectStore> open_folder_store(const std::filesystem::path& folder);

}  // namespace qfcsync
