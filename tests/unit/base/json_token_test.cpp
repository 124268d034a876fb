#include "base/json_token.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace qfcsync::base;

namespace {

/// The code point of what follows a backslash, or what is wrong with it.
std::string meaning(std::string_view text) {
  JsonEscape escape;
  for (std::size_t i = 0; !escape.is_done(); ++i) {
    const int c = i < text.size() ? static_cast<unsigned char>(text[i]) : -1;
    if (const char* fault = escape.take(c)) return fault;
    if (escape.is_done()) CHECK(i + 1 == text.size());
  }
  return std::to_string(escape.code_point());
}

/// "integer" or "real" for a number that is the whole text, else what is wrong.
std::string kind_of(std::string_view text) {
  JsonNumber number;
  for (const char c : text) {
    if (!number.take(static_cast<unsigned char>(c))) return "something follows";
  }
  CHECK_FALSE(number.take(-1));
  if (const char* fault = number.fault()) return fault;
  return number.is_real() ? "real" : "integer";
}

}  // namespace

TEST_SUITE("base/json_token") {
  TEST_CASE("the first byte tells the kind of a value") {
    CHECK(json_kind('{') == JsonKind::Object);
    CHECK(json_kind('[') == JsonKind::Array);
    CHECK(json_kind('"') == JsonKind::String);
    CHECK(json_kind('t') == JsonKind::Bool);
    CHECK(json_kind('f') == JsonKind::Bool);
    CHECK(json_kind('n') == JsonKind::Null);
    for (const char c : std::string_view("-0159")) CHECK(json_kind(c) == JsonKind::Number);
    // Blank, plus, point, closing brackets, N.
    for (const int c : {-1, 0, 32, 43, 46, 93, 125, 78, 255}) CHECK_FALSE(json_kind(c));
  }

  TEST_CASE("every escape of the standard has its meaning, and no other has one") {
    for (int c = -1; c < 256; ++c) {
      constexpr std::string_view kLetters = "\"\\/bfnrt";
      constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
      if (c == 'u') continue;
      const std::size_t at = c < 0 ? std::string_view::npos : kLetters.find(static_cast<char>(c));
      CAPTURE(c);
      CHECK(meaning(c < 0 ? std::string() : std::string(1, static_cast<char>(c))) ==
            (at == std::string_view::npos ? "an unknown escape"
                                          : std::to_string(int{kMeanings[at]})));
    }
  }

  TEST_CASE("code points are hexadecimal, surrogates come in pairs") {
    CHECK(meaning("u0000") == "0");
    CHECK(meaning("u00e9") == "233");
    CHECK(meaning("uFFfF") == "65535");
    CHECK(meaning("ud83d\\ude00") == "128512");
    CHECK(meaning("ud800\\udc00") == "65536");
    CHECK(meaning("udbff\\udfff") == "1114111");
    for (const char* text :
         {"udc00", "ud83dx", "ud83d\\n", "ud83d\\ud83d", "ud83d\\u0041", "ud83d"}) {
      CAPTURE(text);
      CHECK(meaning(text) == "a lone surrogate");
    }
    for (const char* text : {"u", "u12", "u12g4", "u+123", "u 123", "ud83d\\ude0"}) {
      CAPTURE(text);
      CHECK(meaning(text) == "an escape is not hexadecimal");
    }
  }

  TEST_CASE("numbers have the grammar of the standard") {
    for (const char* text : {"0", "-0", "7", "-12", "100"}) CHECK(kind_of(text) == "integer");
    for (const char* text : {"0.0", "-1.5", "1e5", "1E-5", "10.25e+10", "0e0"}) {
      CAPTURE(text);
      CHECK(kind_of(text) == "real");
    }
    for (const char* text : {"", "-", "1.", "-.", "1e", "1e+", "1.e5", ".5", "--1", "-a"}) {
      CAPTURE(text);
      CHECK(kind_of(text) != "real");
      CHECK(kind_of(text) != "integer");
    }
    CHECK(kind_of("-") == "a digit is missing");
    CHECK(kind_of("1.") == "a digit is missing");
    CHECK(kind_of("01") == "a number begins with 0");
    CHECK(kind_of("-00") == "a number begins with 0");
    CHECK(kind_of("1.5.2") == "something follows");
    CHECK(kind_of("1e5.2") == "something follows");
  }
}
