#include "sqlitefile/page_reader.hpp"

#include <qfcsync/error.hpp>

#include "memory_file.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::sqlitefile;
using test::MemoryFile;

namespace {

constexpr std::uint32_t kPageSize = 512;

/// A database of which every page after the first begins with its number.
MemoryFile numbered_file(std::uint32_t pages) {
  std::string bytes = test::database_of("PRAGMA page_size = 512; CREATE TABLE t (a)");
  bytes.resize(std::size_t{pages} * kPageSize);
  for (std::uint32_t page = 2; page <= pages; ++page) {
    std::memcpy(bytes.data() + std::size_t{page - 1} * kPageSize, &page, sizeof(page));
  }
  return MemoryFile(std::move(bytes));
}

std::uint32_t number_in(const std::uint8_t* bytes) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

}  // namespace

TEST_SUITE_BEGIN("sqlitefile/page_reader");

TEST_CASE("pages in the order of the file are read once, in a few large reads") {
  MemoryFile file = numbered_file(20000);
  PageReader reader(file);
  file.reads.clear();
  for (std::uint32_t page = 2; page <= 20000; ++page) REQUIRE(number_in(reader.get(page)) == page);
  CHECK(reader.bytes_read() == 19999u * kPageSize);
  CHECK(*std::max_element(file.reads.begin(), file.reads.end()) == kWindowBytes);
  CHECK(file.reads.size() < 20000 * kPageSize / kWindowBytes + 10);
}

TEST_CASE("scattered pages cost small reads") {
  MemoryFile file = numbered_file(100000);
  PageReader reader(file);
  std::mt19937 engine(3);
  file.reads.clear();
  for (int i = 0; i < 1000; ++i) {
    const auto page = std::uniform_int_distribution<std::uint32_t>(2, 100000)(engine);
    REQUIRE(number_in(reader.get(page)) == page);
  }
  CHECK(reader.bytes_read() < 1000u * (16u << 10));
}

TEST_CASE("pages far apart stop the reading ahead") {
  MemoryFile file = numbered_file(100000);
  PageReader reader(file);
  for (std::uint32_t page = 2; page < 100000; page += 100) {
    REQUIRE(number_in(reader.get(page)) == page);
  }
  CHECK(reader.bytes_read() < 1000u * (16u << 10));
}

TEST_CASE("held pages stay while others are read in any order") {
  MemoryFile file = numbered_file(5000);
  PageReader reader(file);
  std::mt19937 engine(5);
  std::uint32_t next = 2;
  for (int i = 0; i < 2000; ++i) {
    CAPTURE(i);
    const std::uint32_t owned = 2 + next % 4990;
    const std::uint32_t lent = 2 + engine() % 4990;
    const std::uint8_t* a = reader.get_held(owned);
    const std::uint8_t* b = reader.get_held(lent, PageReader::Holder::Guest);
    for (std::uint32_t j = 0; j < engine() % 40; ++j) {
      const std::uint32_t page = engine() % 2 == 0 ? owned + j % 5 : 2 + engine() % 4990;
      REQUIRE(number_in(reader.get(page)) == page);
    }
    REQUIRE(number_in(a) == owned);
    REQUIRE(number_in(b) == lent);
    next += engine() % 100;
  }
}

TEST_CASE("pages that do not exist are refused") {
  MemoryFile file = numbered_file(10);
  PageReader reader(file);
  CHECK_THROWS_AS(reader.get(0), DamagedPage);
  CHECK_THROWS_AS(reader.get(11), DamagedPage);
  CHECK_THROWS_AS(reader.get_held(0xffffffff), DamagedPage);
  CHECK(number_in(reader.get(10)) == 10);
}

TEST_SUITE_END();
