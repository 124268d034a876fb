#include "sqlitefile/file_header.hpp"

#include <qfcsync/error.hpp>

#include "memory_file.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::sqlitefile;
using test::MemoryFile;

namespace {

ErrorCode code_of(std::string bytes) {
  try {
    MemoryFile file(std::move(bytes));
    read_file_header(file);
  } catch (const Error& error) {
    return error.code();
  }
  return {};
}

std::string with_byte(std::string bytes, std::size_t at, int value) {
  bytes[at] = static_cast<char>(value);
  return bytes;
}

}  // namespace

TEST_SUITE_BEGIN("sqlitefile/file_header");

TEST_CASE("the header of every page size is read") {
  for (std::uint32_t size = 512; size <= 65536; size *= 2) {
    CAPTURE(size);
    MemoryFile file(
        test::database_of("PRAGMA page_size = " + std::to_string(size) + "; CREATE TABLE t (a)"));
    const FileHeader header = read_file_header(file);
    CHECK(header.page_size == size);
    CHECK(header.usable_size == size);
    CHECK(header.page_count == 2);
    CHECK(header.schema_format == 4);
    CHECK(header.encoding == TextEncoding::Utf8);
    CHECK_FALSE(header.has_pointer_maps);
    CHECK_FALSE(header.is_wal);
    CHECK(lock_byte_page(header) == (1u << 30) / size + 1);
  }
}

TEST_CASE("encoding and pointer maps are seen") {
  MemoryFile file(test::database_of(
      "PRAGMA auto_vacuum = 1; PRAGMA encoding = 'UTF-16be'; CREATE TABLE t (a)"));
  const FileHeader header = read_file_header(file);
  CHECK(header.encoding == TextEncoding::Utf16Big);
  CHECK(header.has_pointer_maps);
}

TEST_CASE("what SQLite would not read is refused") {
  const std::string good = test::database_of("CREATE TABLE t (a)");
  CHECK(code_of("") == ErrorCode::Corrupt);
  CHECK(code_of(std::string(99, 'x')) == ErrorCode::Corrupt);
  CHECK(code_of(std::string(5000, 'x')) == ErrorCode::Corrupt);
  CHECK(code_of(good.substr(0, 4095)) == ErrorCode::Corrupt);
  CHECK(code_of(with_byte(good, 16, 0x0f)) == ErrorCode::Corrupt);
  CHECK(code_of(with_byte(good, 17, 3)) == ErrorCode::Corrupt);
  CHECK(code_of(with_byte(with_byte(good, 16, 2), 20, 33)) == ErrorCode::Corrupt);
  CHECK(code_of(with_byte(good, 21, 65)) == ErrorCode::Corrupt);
  CHECK(code_of(with_byte(good, 59, 4)) == ErrorCode::Corrupt);
  CHECK(code_of(with_byte(good, 19, 3)) == ErrorCode::Unsupported);
  CHECK(code_of(with_byte(good, 47, 5)) == ErrorCode::Unsupported);
}

TEST_SUITE_END();
