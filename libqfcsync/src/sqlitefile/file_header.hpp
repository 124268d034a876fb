#pragma once

#include "sqlitefile/page_source.hpp"

#include <cstdint>
#include <string_view>

namespace qfcsync::sqlitefile {

enum class TextEncoding : std::uint8_t { Utf8 = 1, Utf16Little = 2, Utf16Big = 3 };

/// What the first 100 bytes of a database file say, as far as reading needs it.
struct FileHeader {
  std::uint32_t page_size = 0;      ///< 512 to 65536
  std::uint32_t usable_size = 0;    ///< of each page, without the bytes reserved at its end
  std::uint32_t page_count = 0;     ///< whole pages in the file
  std::uint32_t schema_format = 0;  ///< 0 (empty file) to 4
  std::uint32_t schema_cookie = 0;
  TextEncoding encoding = TextEncoding::Utf8;
  bool has_pointer_maps = false;  ///< auto_vacuum is on
  bool is_wal = false;            ///< journal_mode is wal
};
inline constexpr std::uint32_t kFileHeaderBytes = 100;

/// @param bytes      the first 100 bytes of the file
/// @param file_size  of the whole file
/// @errors           Corrupt: no SQLite file or a header no SQLite writes; Unsupported: a format
///                   newer than ours
FileHeader parse_file_header(std::string_view bytes, std::uint64_t file_size);

/// @errors  as parse_file_header; Io
FileHeader read_file_header(PageSource& source);

/// The page at byte 2^30, which SQLite leaves alone; may lie beyond the end.
std::uint32_t lock_byte_page(const FileHeader& header) noexcept;

}  // namespace qfcsync::sqlitefile
