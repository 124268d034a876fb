#include "sqlitefile/leaf_walk.hpp"

#include "memory_file.hpp"
#include "sqlitefile/page_reader.hpp"
#include "sqlitefile/payload.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::sqlitefile;
using test::MemoryFile;

namespace {

std::vector<std::int64_t> rowids(MemoryFile& file, std::uint32_t root) {
  PageReader pages(file);
  LeafWalk walk(pages, root);
  std::vector<std::int64_t> result;
  LeafPage leaf;
  while (walk.next(leaf)) {
    for (std::uint32_t i = 0; i < leaf.count(); ++i) result.push_back(leaf.cell(i).rowid);
  }
  return result;
}

std::vector<std::int64_t> numbers_to(std::int64_t count) {
  std::vector<std::int64_t> result;
  for (std::int64_t i = 1; i <= count; ++i) result.push_back(i);
  return result;
}

void put_u16(std::string& bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value);
}

void put_u32(std::string& bytes, std::size_t at, unsigned value) {
  put_u16(bytes, at, value >> 16);
  put_u16(bytes, at + 2, value & 0xffff);
}

constexpr std::size_t kRoot = 512;  // where page 2 of 512 bytes begins

}  // namespace

TEST_SUITE_BEGIN("sqlitefile/leaf_walk");

TEST_CASE("the rows of trees of any depth come in order") {
  for (const int rows : {1, 3, 50, 4000}) {
    CAPTURE(rows);
    MemoryFile small(test::database_of("PRAGMA page_size = 512;" + test::fill_table(rows, 90)));
    CHECK(rowids(small, test::kFirstRoot) == numbers_to(rows));
    MemoryFile large(test::database_of("PRAGMA page_size = 65536;" + test::fill_table(rows, 90)));
    CHECK(rowids(large, test::kFirstRoot) == numbers_to(rows));
  }
}

TEST_CASE("a walk may begin at the leaf where a rowid belongs") {
  MemoryFile file(test::database_of("PRAGMA page_size = 512;" + test::fill_table(4000, 90)));
  for (const std::int64_t first : {-5, 1, 2, 1999, 2000, 2001, 4000, 9000}) {
    CAPTURE(first);
    PageReader pages(file);
    LeafWalk walk(pages, test::kFirstRoot, first);
    LeafPage leaf;
    const bool has_leaf = walk.next(leaf);
    REQUIRE(has_leaf);
    CHECK(leaf.cell(0).rowid <= std::max<std::int64_t>(first, 1));
    CHECK(leaf.cell(leaf.count() - 1).rowid >= std::min<std::int64_t>(first, 4000));
    std::int64_t last = 0;
    do last = leaf.cell(leaf.count() - 1).rowid;
    while (walk.next(leaf));
    CHECK(last == 4000);
  }
}

TEST_CASE("an empty table has no rows") {
  MemoryFile file(test::database_of("CREATE TABLE t (id INTEGER PRIMARY KEY)"));
  CHECK(rowids(file, test::kFirstRoot).empty());
}

TEST_CASE("the schema table begins after the file header") {
  MemoryFile file(test::database_of("CREATE TABLE a (x); CREATE TABLE b (x)"));
  CHECK(rowids(file, 1) == numbers_to(2));
}

TEST_CASE("trees that cannot be are refused") {
  std::string bytes = test::database_of("PRAGMA page_size = 512;" + test::fill_table(4000, 90));
  SUBCASE("a page is its own child") { put_u32(bytes, kRoot + 8, 2); }
  SUBCASE("a child is missing") { put_u32(bytes, kRoot + 8, 0); }
  SUBCASE("a child lies beyond the file") { put_u32(bytes, kRoot + 8, 1u << 31); }
  SUBCASE("a child is no table page") { put_u32(bytes, kRoot + 8, 1), bytes[100] = 0x0a; }
  SUBCASE("more children than fit") { put_u16(bytes, kRoot + 3, 0xffff); }
  SUBCASE("a child's cell leaves the page") { put_u16(bytes, kRoot + 12, 510); }
  MemoryFile file(bytes);
  CHECK_THROWS_AS(rowids(file, test::kFirstRoot), DamagedPage);
}

TEST_CASE("cells that leave their page are refused") {
  std::string bytes = test::database_of("PRAGMA page_size = 512;" + test::fill_table(3, 90));
  const auto cell = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[kRoot + 8]) << 8 |
                                             static_cast<std::uint8_t>(bytes[kRoot + 9]));
  SUBCASE("into the header") { put_u16(bytes, kRoot + 8, 9); }
  SUBCASE("behind the end") { put_u16(bytes, kRoot + 8, 511); }
  SUBCASE("a payload longer than the page") { bytes[kRoot + cell] = '\x7f'; }
  SUBCASE("more rows than fit") { put_u16(bytes, kRoot + 3, 300); }
  MemoryFile file(bytes);
  CHECK_THROWS_AS(rowids(file, test::kFirstRoot), DamagedPage);
}

TEST_CASE("a payload is followed through its overflow pages") {
  std::string bytes = test::database_of(
      "PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, d TEXT);"
      "INSERT INTO t VALUES (1, printf('%.5000c', 'x'))");
  MemoryFile file(bytes);
  PageReader pages(file);
  LeafWalk walk(pages, test::kFirstRoot);
  LeafPage leaf;
  REQUIRE(walk.next(leaf));
  const Cell cell = leaf.cell(0);
  REQUIRE(cell.overflow != 0);
  const std::size_t link = std::size_t{cell.overflow - 1} * 512;
  std::string buffer;
  const std::string_view payload = whole_payload(pages, cell, buffer);
  CHECK(payload.size() == cell.payload_size);
  CHECK(payload.substr(payload.size() - 5000) == std::string(5000, 'x'));

  SUBCASE("a chain that ends early is refused") { put_u32(file.bytes, link, 0); }
  SUBCASE("a chain that leaves the file is refused") { put_u32(file.bytes, link, 4000); }
  SUBCASE("a payload longer than the file is refused") {
    PageReader again(file);
    Cell endless = cell;
    endless.payload_size = std::uint64_t{1} << 60;
    CHECK_THROWS_AS(whole_payload(again, endless, buffer), DamagedPage);
    put_u32(file.bytes, link, 0);
  }
  PageReader damaged(file);
  CHECK_THROWS_AS(whole_payload(damaged, cell, buffer), DamagedPage);
}

TEST_SUITE_END();
