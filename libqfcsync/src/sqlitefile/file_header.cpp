#include "sqlitefile/file_header.hpp"

#include <qfcsync/error.hpp>

#include "sqlitefile/big_endian.hpp"

#include <array>
#include <bit>
#include <string>

namespace qfcsync::sqlitefile {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::uint32_t kMinPageSize = 512;
constexpr std::uint32_t kMaxPageSize = 65536;
constexpr std::uint32_t kMinUsableSize = 480;
constexpr std::uint32_t kMaxPageCount = 0xfffffffe;
constexpr std::uint32_t kNewestSchemaFormat = 4;
constexpr std::uint8_t kWalVersion = 2;
constexpr std::uint64_t kLockByteOffset = 1u << 30;

// Where the fields are.
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kReadVersionAt = 19;
constexpr std::size_t kReservedAt = 20;
constexpr std::size_t kFractionsAt = 21;
constexpr std::size_t kSchemaCookieAt = 40;
constexpr std::size_t kSchemaFormatAt = 44;
constexpr std::size_t kLargestRootAt = 52;
constexpr std::size_t kEncodingAt = 56;

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorCode::Corrupt, "not a database that SQLite reads: " + what);
}

std::uint32_t page_size_of(const std::uint8_t* bytes) {
  const std::uint32_t stored = read_u16(bytes + kPageSizeAt);
  const std::uint32_t size = stored == 1 ? kMaxPageSize : stored;
  if (size < kMinPageSize || !std::has_single_bit(size)) {
    fail("the page size is " + std::to_string(stored));
  }
  return size;
}

TextEncoding encoding_of(const std::uint8_t* bytes) {
  const std::uint32_t stored = read_u32(bytes + kEncodingAt);
  if (stored > 3) fail("the text encoding is " + std::to_string(stored));
  return stored == 0 ? TextEncoding::Utf8 : static_cast<TextEncoding>(stored);
}

void check_fixed_fields(const std::uint8_t* bytes) {
  if (bytes[kReadVersionAt] == 0 || bytes[kReadVersionAt] > kWalVersion) {
    throw Error(ErrorCode::Unsupported, "the database has a format newer than SQLite 3 knows");
  }
  const std::uint8_t* fractions = bytes + kFractionsAt;
  if (fractions[0] != 64 || fractions[1] != 32 || fractions[2] != 32) {
    fail("the payload fractions of the header are not 64, 32 and 32");
  }
  if (read_u32(bytes + kSchemaFormatAt) > kNewestSchemaFormat) {
    throw Error(ErrorCode::Unsupported, "the database has a schema format newer than 4");
  }
}

}  // namespace

FileHeader parse_file_header(std::string_view text, std::uint64_t file_size) {
  if (text.size() < kFileHeaderBytes || !text.starts_with(kMagic)) fail("other first bytes");
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  check_fixed_fields(bytes);
  FileHeader header;
  header.page_size = page_size_of(bytes);
  header.usable_size = header.page_size - bytes[kReservedAt];
  if (header.usable_size < kMinUsableSize) fail("too many reserved bytes a page");
  const std::uint64_t pages = file_size / header.page_size;
  if (pages == 0) fail("the file is shorter than a page");
  if (pages > kMaxPageCount) fail("the file has more pages than can be numbered");
  header.page_count = static_cast<std::uint32_t>(pages);
  header.schema_format = read_u32(bytes + kSchemaFormatAt);
  header.schema_cookie = read_u32(bytes + kSchemaCookieAt);
  header.encoding = encoding_of(bytes);
  header.has_pointer_maps = read_u32(bytes + kLargestRootAt) != 0;
  header.is_wal = bytes[kReadVersionAt] == kWalVersion;
  return header;
}

FileHeader read_file_header(PageSource& source) {
  std::array<char, kFileHeaderBytes> bytes{};
  const std::uint64_t size = source.size();
  if (size < bytes.size()) fail("the file is shorter than a header");
  source.read_at(0, bytes.data(), bytes.size());
  return parse_file_header({bytes.data(), bytes.size()}, size);
}

std::uint32_t lock_byte_page(const FileHeader& header) noexcept {
  return static_cast<std::uint32_t>(kLockByteOffset / header.page_size) + 1;
}

}  // namespace qfcsync::sqlitefile
