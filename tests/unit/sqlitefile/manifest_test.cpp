#include "sqlitefile/manifest.hpp"

#include <qfcsync/error.hpp>

#include "memory_file.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::sqlitefile;
using test::MemoryFile;

namespace {

std::string manifest_of(MemoryFile& file) {
  MemorySink out;
  write_manifest(file, out);
  return out.bytes();
}

PageManifest read(const std::string& bytes) {
  MemorySource source(bytes);
  return PageManifest::read(source);
}

ErrorCode code_of(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const Error& error) {
    return error.code();
  }
  return {};
}

}  // namespace

TEST_SUITE_BEGIN("sqlitefile/manifest");

TEST_CASE("a manifest knows every page of its file") {
  MemoryFile file(test::database_of("PRAGMA page_size = 1024;" + test::fill_table(3000, 200)));
  const std::string bytes = manifest_of(file);
  const std::size_t count = file.bytes.size() / 1024;
  CHECK(bytes.size() == 32 + 16 * count + 16);
  const PageManifest manifest = read(bytes);
  CHECK(manifest.page_size() == 1024);
  CHECK(manifest.page_count() == count);
  CHECK(manifest.file_size() == file.bytes.size());
  for (std::uint32_t page = 1; page <= count; ++page) {
    const auto* begin =
        reinterpret_cast<const std::uint8_t*>(file.bytes.data()) + (page - 1) * 1024;
    REQUIRE(manifest.holds(page, begin));
  }
  file.bytes[1024] ^= 1;
  const auto* begin = reinterpret_cast<const std::uint8_t*>(file.bytes.data());
  CHECK_FALSE(manifest.holds(2, begin + 1024));
  CHECK_FALSE(manifest.holds(0, begin));
  CHECK_FALSE(manifest.holds(static_cast<std::uint32_t>(count) + 1, begin));
}

TEST_CASE("the state is named by its content alone") {
  MemoryFile file(test::database_of(test::fill_table(30, 200)));
  const PageHash state = read(manifest_of(file)).state();
  CHECK(read(manifest_of(file)).state() == state);
  file.bytes.back() ^= 1;
  CHECK(read(manifest_of(file)).state() != state);
}

TEST_CASE("the first bytes are as documented") {
  MemoryFile file(test::database_of("PRAGMA page_size = 512; CREATE TABLE t (a)"));
  const std::string expected("qfcpages\0\0\0\1\0\0\2\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\0\2", 32);
  CHECK(manifest_of(file).substr(0, 32) == expected);
}

TEST_CASE("damage anywhere is found") {
  MemoryFile file(test::database_of("PRAGMA page_size = 512;" + test::fill_table(20, 200)));
  const std::string good = manifest_of(file);
  for (std::size_t i = 0; i < good.size(); ++i) {
    CAPTURE(i);
    std::string bad = good;
    bad[i] ^= 0x10;
    const bool is_version = i >= 8 && i < 12;
    CHECK(code_of(bad) == (is_version ? ErrorCode::FormatTooNew : ErrorCode::Corrupt));
    CHECK(code_of(good.substr(0, i)) == ErrorCode::Corrupt);
  }
  CHECK(code_of(good + "x") == ErrorCode::Corrupt);
}

TEST_CASE("a manifest of another file is refused") {
  MemoryFile file(test::database_of("CREATE TABLE t (a)"));
  MemoryFile other(test::database_of("CREATE TABLE t (b)"));
  const PageManifest manifest = read(manifest_of(file));
  PageReader pages(file);
  CHECK_NOTHROW(manifest.check_file(pages));
  PageReader other_pages(other);
  CHECK_THROWS_AS(manifest.check_file(other_pages), Error);
}

TEST_SUITE_END();
