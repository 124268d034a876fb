#include "http/cookies.hpp"

#include <doctest/doctest.h>

using namespace qfcsync::server;

namespace {

Request with_cookies(std::initializer_list<const char*> headers) {
  Request request;
  for (const char* header : headers) request.headers.emplace_back("cookie", header);
  return request;
}

}  // namespace

TEST_SUITE("server/cookies") {
  TEST_CASE("a cookie is found by its whole name, in any header") {
    CHECK(cookie(with_cookies({"a=1; sessionid=abc; b=2"}), "sessionid") == "abc");
    CHECK(cookie(with_cookies({"sessionid=abc"}), "sessionid") == "abc");
    CHECK(cookie(with_cookies({"a=1", "sessionid=abc"}), "sessionid") == "abc");
    CHECK(cookie(with_cookies({"sessionid=a=b"}), "sessionid") == "a=b");
  }

  TEST_CASE("other names and broken headers give nothing") {
    for (const char* header :
         {"", ";", "=", "sessionid", "sessionid=", "xsessionid=abc", "sessionidx=abc", ";;;a"}) {
      CAPTURE(header);
      CHECK(cookie(with_cookies({header}), "sessionid").empty());
    }
  }

  TEST_CASE("a cookie for the server is hidden from scripts") {
    Response response;
    Request request;
    set_cookie(request, response, "a", "x", CookieReader::OnlyServer, std::chrono::seconds(60));
    set_cookie(request, response, "b", "y", CookieReader::Scripts, std::chrono::seconds(0));
    REQUIRE(response.headers.size() == 2);
    CHECK(response.headers[0].second == "a=x; Path=/; Max-Age=60; SameSite=Lax; HttpOnly");
    CHECK(response.headers[1].second == "b=y; Path=/; Max-Age=0; SameSite=Lax");
  }
}
