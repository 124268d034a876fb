#pragma once

#include <qfcsync/stream.hpp>

#include "sqlitefile/page_hash.hpp"
#include "sqlitefile/page_reader.hpp"
#include "sqlitefile/page_source.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace qfcsync::sqlitefile {

inline constexpr std::uint32_t kManifestVersion = 1;

/// The hashes of all pages of one state of a database file; docs/formats/page-manifest.md.
class PageManifest {
 public:
  /// @errors  Corrupt: no manifest, or damaged; FormatTooNew; Io
  static PageManifest read(ByteSource& source);

  /// Looks whether a file can be the one: page size, size and first page.
  ///
  /// @errors  InvalidArgument: it is another file or another state of it; Io
  void check_file(PageReader& pages) const;

  std::uint32_t page_size() const noexcept { return page_size_; }
  std::uint32_t page_count() const noexcept { return static_cast<std::uint32_t>(hashes_.size()); }
  std::uint64_t file_size() const noexcept { return file_size_; }
  /// Names the state: a hash of everything above.
  const PageHash& state() const noexcept { return state_; }
  /// Whether a page, by number from 1, held these bytes.
  bool holds(std::uint32_t page, const std::uint8_t* bytes) const noexcept {
    return std::size_t{page} - 1 < hashes_.size() &&
           hashes_[page - 1] == hash_bytes(bytes, page_size_);
  }

 private:
  std::uint32_t page_size_ = 0;
  std::uint64_t file_size_ = 0;
  PageHash state_{};
  std::vector<PageHash> hashes_;
};

/// Reads the whole file once.
///
/// @param on_read  told how many bytes were read since it was told last; may throw
/// @errors         as read_file_header; Io
void write_manifest(PageSource& source, ByteSink& out,
                    const std::function<void(std::uint64_t bytes)>& on_read = {});

}  // namespace qfcsync::sqlitefile
