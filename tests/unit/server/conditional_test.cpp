#include "http/conditional.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::server;

namespace {
constexpr const char* kEtag = "0cc175b9c0f1b6a831c399e269772661-2";
constexpr Timestamp kModified = 784111777 * kSecond + 123456;  // 1994-11-06T08:49:37.123456Z
constexpr const char* kSame = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";

Precondition evaluate(const PreconditionHeaders& headers) {
  return evaluate_preconditions(headers, kEtag, kModified);
}
}  // namespace

TEST_SUITE("server/conditional") {
  TEST_CASE("an entity tag is found quoted, bare, weak and in lists") {
    const std::string bare = kEtag;
    for (const std::string& header :
         {bare, "\"" + bare + "\"", "W/\"" + bare + "\"", "\"x\", \"" + bare + "\"",
          "x," + bare + " ,y", "\"a,b\",\t\"" + bare + "\"", std::string("*"),
          std::string(" * ")}) {
      CAPTURE(header);
      CHECK(etag_listed(header, kEtag));
    }
    for (const std::string& header :
         {std::string(), std::string("\""), std::string("x"), bare + "x", "\"" + bare + "x\"",
          std::string("\"*\""), std::string(","), std::string("W/")}) {
      CAPTURE(header);
      CHECK_FALSE(etag_listed(header, kEtag));
    }
  }

  TEST_CASE("times are written as IMF-fixdate and read in three forms") {
    CHECK(http_date(kModified) == kSame);
    CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    const Timestamp seconds = 784111777 * kSecond;
    CHECK(parse_http_date(kSame) == seconds);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == seconds);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == seconds);
    CHECK(parse_http_date("Tue, 29 Feb 2024 00:00:00 GMT") == 1709164800 * kSecond);
  }

  TEST_CASE("every time of a day survives writing and reading") {
    for (Timestamp time = 1709164800 * kSecond; time < 1709251200 * kSecond;
         time += 997 * kSecond) {
      REQUIRE(parse_http_date(http_date(time)) == time);
    }
  }

  TEST_CASE("what is no date is no date") {
    for (const char* text :
         {"", "now", "Sun, 06 Nov 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT x", "Xxx, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06 Xxx 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "784111777"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_http_date(text));
    }
  }

  TEST_CASE("without conditions the request proceeds") {
    CHECK(evaluate({}) == Precondition::Proceed);
  }

  TEST_CASE("If-None-Match decides between 200 and 304") {
    CHECK(evaluate({.if_none_match = kEtag}) == Precondition::NotModified);
    CHECK(evaluate({.if_none_match = "\"other\""}) == Precondition::Proceed);
    // ... and If-Modified-Since is not even looked at
    CHECK(evaluate({.if_none_match = "other", .if_modified_since = kSame}) ==
          Precondition::Proceed);
  }

  TEST_CASE("If-Modified-Since compares whole seconds") {
    CHECK(evaluate({.if_modified_since = kSame}) == Precondition::NotModified);
    CHECK(evaluate({.if_modified_since = kBefore}) == Precondition::Proceed);
    CHECK(evaluate({.if_modified_since = "yesterday"}) == Precondition::Proceed);
  }

  TEST_CASE("If-Match and If-Unmodified-Since protect from another content") {
    const std::string weak = std::string("W/\"") + kEtag + "\"";
    CHECK(evaluate({.if_match = kEtag}) == Precondition::Proceed);
    CHECK(evaluate({.if_match = "\"other\""}) == Precondition::Failed);
    CHECK(evaluate({.if_match = weak}) == Precondition::Failed);  // strong comparison
    CHECK(evaluate({.if_match = "*"}) == Precondition::Proceed);
    CHECK(evaluate({.if_unmodified_since = kSame}) == Precondition::Proceed);
    CHECK(evaluate({.if_unmodified_since = kBefore}) == Precondition::Failed);
    CHECK(evaluate({.if_unmodified_since = "yesterday"}) == Precondition::Proceed);
    CHECK(evaluate({.if_match = kEtag, .if_unmodified_since = kBefore}) == Precondition::Proceed);
  }

  TEST_CASE("a failed If-Match comes before a matching If-None-Match") {
    CHECK(evaluate({.if_match = "other", .if_none_match = kEtag}) == Precondition::Failed);
    CHECK(evaluate({.if_match = kEtag, .if_none_match = kEtag}) == Precondition::NotModified);
  }
}
