#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::base;

TEST_SUITE("base/text") {
  TEST_CASE("only ASCII letters have a lower case") {
    CHECK(lower_case("A.GPKG z0@[") == "a.gpkg z0@[");
    CHECK(lower_case("\xC3\x9C\xC4") == "\xC3\x9C\xC4");
    CHECK(lower_case("").empty());
  }

  TEST_CASE("only ASCII letters have an upper case, and names are equal but for them") {
    CHECK(upper_case("a.gpkg Z0`{") == "A.GPKG Z0`{");
    CHECK(upper_case("\xC3\xBC") == "\xC3\xBC");
    CHECK(same_name("Fid", "fID"));
    CHECK(same_name("", ""));
    CHECK_FALSE(same_name("fid", "fid2"));
    CHECK_FALSE(same_name("[", "{"));
    CHECK_FALSE(same_name("\xC3\x9C", "\xC3\xBC"));
  }

  TEST_CASE("a broken escape is refused, or stands for itself where texts come from strangers") {
    for (const char* text : {"%", "%2", "a%2", "%zz", "%2g", "%+1", "100%", "%-1x"}) {
      CAPTURE(text);
      CHECK_FALSE(percent_decode(text));
      CHECK(percent_decode_leniently(text) == text);
    }
    CHECK_FALSE(percent_decode("%20%"));
    CHECK(percent_decode_leniently("%%41%4") == "%A%4");
  }

  TEST_CASE("both ways of decoding restore every encoded byte") {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
    CHECK(percent_decode(percent_encode(every_byte, "")) == every_byte);
    CHECK(percent_decode_leniently(percent_encode(every_byte, "/")) == every_byte);
    CHECK(percent_encode("a/b c+\xC3\xBC-._~", "/") == "a/b%20c%2B%C3%BC-._~");
    CHECK(percent_encode("a/b", "") == "a%2Fb");
  }
}
