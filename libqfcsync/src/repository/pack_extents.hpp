#pragma once

#include <qfcsync/stream.hpp>

#include "base/digest.hpp"
#include "chunk/object_id.hpp"
#include "io/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::repository {

/// Bytes of packs that are kept: in a folder, or in memory where there is none.
inline constexpr std::uint64_t kKeptPackBytes = 256u << 20;
inline constexpr std::uint64_t kKeptPackBytesInMemory = 16u << 20;

/// Bytes on their way into PackExtents; a temporary file that is gone at the end if not kept.
class ExtentSink : public ByteSink {
 public:
  /// @param folder  empty: in memory
  explicit ExtentSink(const std::filesystem::path& folder);
  ~ExtentSink() override;
  ExtentSink(const ExtentSink&) = delete;
  ExtentSink& operator=(const ExtentSink&) = delete;

  void write(std::string_view bytes) override;
  std::uint64_t size() const { return size_; }

 private:
  friend class PackExtents;
  /// Ends the file with the hash of what is before it. @errors Io
  void seal();

  std::filesystem::path file_;
  io::Descriptor fd_;
  std::string bytes_;  // in memory
  base::Digest digest_{base::DigestKind::Sha256};
  std::uint64_t size_ = 0;
};

/// Pieces of packs, read from afar once. A cache: all of it can be deleted at any time.
///
/// A piece is a file `<pack>-<offset>-<size>` of the bytes and their SHA-256, which is compared
/// before a piece is used for the first time: nothing is synced, so that a power failure may have
/// torn it. What was used longest ago goes when there is too much. Pieces of a pack do not overlap.
/// Several processes may use one folder. One thread at a time.
class PackExtents {
 public:
  /// @param folder  created if missing; empty: in memory
  /// @errors        Io
  explicit PackExtents(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  bool is_in_memory() const { return folder_.empty(); }

  /// Copies bytes of a pack from a place on, as far as one piece goes.
  ///
  /// @return how many; 0: they are not here
  std::size_t read(const chunk::ObjectId& pack, std::uint64_t offset, char* buffer,
                   std::size_t size);

  /// Where the first byte at or after a place is that is not here.
  std::uint64_t missing_from(const chunk::ObjectId& pack, std::uint64_t offset) const;
  /// Where the first piece at or after a place begins; end without one before that.
  std::uint64_t next_piece(const chunk::ObjectId& pack, std::uint64_t offset,
                           std::uint64_t end) const;

  /// Takes bytes in; what overlaps with a piece that is here is dropped. @errors Io
  void keep(const chunk::ObjectId& pack, std::uint64_t offset, ExtentSink& sink);

  void clear() noexcept;

 private:
  struct Extent {
    std::uint64_t size = 0;
    std::uint64_t used = 0;   // greater: later
    bool is_checked = false;  // the hash was compared
    std::string bytes;        // in memory
  };
  using Pieces = std::map<std::uint64_t, Extent>;  // by offset

  void find_files();
  std::filesystem::path file_of(const chunk::ObjectId& pack, std::uint64_t offset,
                                std::uint64_t size) const;
  bool is_free(const chunk::ObjectId& pack, std::uint64_t offset, std::uint64_t size) const;
  bool copy(const chunk::ObjectId& pack, std::uint64_t offset, Extent& extent, std::uint64_t from,
            char* buffer, std::size_t size) const;
  void drop(const chunk::ObjectId& pack, std::uint64_t offset) noexcept;
  void make_room();

  std::filesystem::path folder_;
  std::map<chunk::ObjectId, Pieces> packs_;
  std::uint64_t total_ = 0;
  std::uint64_t now_ = 0;
};

}  // namespace qfcsync::repository
