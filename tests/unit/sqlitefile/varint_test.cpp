#include "sqlitefile/varint.hpp"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

using qfcsync::sqlitefile::read_varint;

namespace {

std::uint64_t read(const std::string& bytes, std::size_t& taken) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::uint64_t value = 0;
  taken = read_varint(begin, begin + bytes.size(), value);
  return value;
}

}  // namespace

TEST_SUITE_BEGIN("sqlitefile/varint");

TEST_CASE("numbers of one to nine bytes are read, and no byte after them") {
  struct Row {
    std::string bytes;
    std::uint64_t value;
  };
  const Row rows[] = {
      {std::string("\x00", 1), 0},
      {"\x7f", 127},
      {std::string("\x81\x00", 2), 128},
      {"\xff\x7f", 16383},
      {std::string("\x81\x80\x00", 3), 16384},
      {"\xff\xff\xff\xff\xff\xff\xff\x7f", (std::uint64_t{1} << 56) - 1},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", UINT64_MAX},
      {std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x80", 9), 128},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    std::size_t taken = 0;
    CHECK(read(row.bytes + "\xff", taken) == row.value);
    CHECK(taken == row.bytes.size());
    for (std::size_t size = 0; size < row.bytes.size(); ++size) {
      read(row.bytes.substr(0, size), taken);
      CHECK(taken == 0);
    }
  }
}

TEST_SUITE_END();
