#include "http/range.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace qfcsync::server;

namespace {

/// "first-last", or "416".
std::string range(std::string_view header, std::uint64_t size, std::uint64_t minimum = 0) {
  const auto parsed = parse_range(header, size, minimum);
  if (!parsed) return "416";
  return std::to_string(parsed->first) + "-" + std::to_string(parsed->last);
}

}  // namespace

TEST_SUITE("server/range") {
  TEST_CASE("the two forms are served on a file of twelve bytes") {
    CHECK(range("bytes=0-2", 12) == "0-2");
    CHECK(range("bytes=5-8", 12) == "5-8");
    CHECK(range("bytes=7-", 12) == "7-11");
    CHECK(range("bytes=0-", 12) == "0-11");
    CHECK(range("bytes=0-11", 12) == "0-11");
    CHECK(range("bytes=11-", 12) == "11-11");  // the last byte of a resumed download
    CHECK(range("bytes=007-", 12) == "7-11");
  }

  TEST_CASE("every other form is refused") {
    for (const char* header : {"",
                               "bytes",
                               "bytes=",
                               "bytes=-",
                               "bytes=abc-",
                               "bytes=-def",
                               "bytes=-1-",
                               "bytes=1-55",
                               "bytes=12-",
                               "bytes=12-13",
                               "bytes=0-12",
                               "bytes=-5",
                               "bytes=5-3",
                               "bytes=0-0",
                               "bytes=1-1",
                               "bytes=0-2,4-6",
                               "bytes=0-2,",
                               "bytes= 0-2",
                               " bytes=0-2",
                               "bytes=0-2 ",
                               "bytes=0 -2",
                               "bytes=0- 2",
                               "bytes =0-2",
                               "Bytes=0-2",
                               "items=0-2",
                               "xbytes=0-2",
                               "bytes=0-2x",
                               "bytes=+0-2",
                               "bytes=0-+2",
                               "bytes=0x0-2",
                               "bytes=0",
                               "bytes=18446744073709551616-",
                               "bytes=0-99999999999999999999999",
                               "bytes=\xD9\xA1-"}) {
      CAPTURE(header);
      CHECK(range(header, 12) == "416");
    }
  }

  TEST_CASE("an empty file has no ranges") {
    CHECK(range("bytes=0-", 0) == "416");
    CHECK(range("bytes=0-0", 0) == "416");
  }

  TEST_CASE("shorter ranges than the minimum are refused") {
    CHECK(range("bytes=0-2", 12, 3) == "0-2");
    CHECK(range("bytes=0-1", 12, 3) == "416");
    CHECK(range("bytes=9-", 12, 3) == "9-11");
    CHECK(range("bytes=10-", 12, 3) == "416");
  }
}
