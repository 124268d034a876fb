#include "http/url.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::server;

TEST_SUITE("server/url") {
  TEST_CASE("escapes are decoded, everything else is taken literally") {
    CHECK(percent_decode("a%20b") == "a b");
    CHECK(percent_decode("H%c3%BCtte") == "H\xC3\xBCtte");
    CHECK(percent_decode("a+b(c)&'d'") == "a+b(c)&'d'");
    CHECK(percent_decode("%00") == std::string(1, '\0'));
    CHECK(percent_decode("%2F%25") == "/%");
    CHECK(percent_decode("") == "");
  }

  TEST_CASE("a broken escape is refused") {
    for (const char* text : {"%", "%2", "a%2", "%zz", "%2g", "%%20", "%+1"}) {
      CAPTURE(text);
      CHECK_FALSE(percent_decode(text));
    }
  }

  TEST_CASE("decoding an encoded path restores it") {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
    const std::string encoded = percent_encode_path(every_byte);
    CHECK(percent_decode(encoded) == every_byte);
    CHECK(percent_encode_path("DCIM/a b+H\xC3\xBC.jpg") == "DCIM/a%20b%2BH%C3%BC.jpg");
  }

  TEST_CASE("only well-formed UTF-8 is valid") {
    for (const char* good : {"", "plain ascii of some length", "H\xC3\xBCtte", "\xE2\x82\xAC",
                             "\xF0\x9F\x8C\xB3", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
      CAPTURE(good);
      CHECK(is_valid_utf8(good));
    }
    for (const char* bad : {"\x80", "\xC3", "\xC3(", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF",
                            "\xE2\x82", "\xED\xA0\x80", "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80",
                            "\xF5\x80\x80\x80", "\xFF", "12345678\xFF"}) {
      CAPTURE(bad);
      CHECK_FALSE(is_valid_utf8(bad));
    }
  }

  TEST_CASE("the last parameter of a name wins, names and values are decoded") {
    const Query query = Query::parse("a=1&b=x%20y+z&a=2&flag&empty=&&%6eame=v");
    CHECK(query.get("a") == "2");
    CHECK(query.get("b") == "x y z");
    CHECK(query.get("flag") == "");
    CHECK(query.get("empty") == "");
    CHECK(query.get("name") == "v");
    CHECK_FALSE(query.get("c"));
    CHECK_FALSE(Query::parse("").get(""));
  }

  TEST_CASE("broken escapes and foreign encodings do not make a value unusable") {
    CHECK(Query::parse("q=100%").get("q") == "100%");
    CHECK(Query::parse("q=a%FFb").get("q") ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(is_valid_utf8(*Query::parse("q=%C3%28%ED%A0%80").get("q")));
  }

  TEST_CASE("the number of parameters is bounded") {
    std::string raw;
    for (std::size_t i = 0; i < Query::kMaxParameters + 10; ++i) raw += "a=1&";
    CHECK(Query::parse(raw + "z=1").parameters().size() == Query::kMaxParameters);
  }

  TEST_CASE("a page link keeps the other parameters") {
    const Query query = Query::parse("limit=20&search=a+b%26c&offset=20&limit=5");
    CHECK(query.with_page(20, 40) == "search=a%20b%26c&limit=20&offset=40");
    CHECK(query.with_page(20, std::nullopt) == "search=a%20b%26c&limit=20");
    CHECK(Query().with_page(std::nullopt, std::nullopt).empty());
    CHECK(Query::parse(query.with_page(1, 2)).get("search") == "a b&c");
  }
}
