#include "remote/url.hpp"

#include <qfcsync/error.hpp>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

TEST_SUITE("remote/url") {
  TEST_CASE("an address is taken apart") {
    const Url url = parse_url("HTTPS://host.example:8443/a/b%20c//", "address");
    CHECK(url.scheme == "https");
    CHECK(url.host == "host.example:8443");
    CHECK(url.path == "/a/b%20c");
    CHECK(url.origin() == "https://host.example:8443");
    CHECK(parse_url("http://[::1]:80", "address").host == "[::1]:80");
    CHECK(parse_url("http://h/", "address").path.empty());
  }

  TEST_CASE("what is no plain address of a server is refused, and its text not repeated") {
    for (const std::string text :
         {"", "host/path", "ftp://host/secret", "file:///secret", "https://", "https:///secret",
          "https://ada:secret@host/x", "https://host/secret?x=1", "https://host/secret#f",
          "https://host/sec ret", "https://host/secret\n", "https://host/secret\\x",
          "https://ho%73t/secret", "https://host\r\nX: secret/", "https://host/\xc3\xa4secret"}) {
      CAPTURE(text);
      try {
        parse_url(text, "WebDAV address");
        FAIL("accepted");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::InvalidArgument);
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
      }
    }
  }

  TEST_CASE("an at sign after the host is part of the path") {
    CHECK(parse_url("https://host/files/ada@example.org", "x").path == "/files/ada@example.org");
  }

  TEST_CASE("queries are escaped and in order of what is sent") {
    CHECK(format_query({{"prefix", "a/b c"}, {"list-type", "2"}, {"uploads", ""}}) ==
          "list-type=2&prefix=a%2Fb%20c&uploads=");
    CHECK(format_query({{"b", "+"}, {"a-", "~"}, {"a", "="}}) == "a=%3D&a-=~&b=%2B");
    CHECK(format_query({}).empty());
  }

  TEST_CASE("paths keep their slashes") {
    CHECK(encode_path("/buck/a b/c+d.pack") == "/buck/a%20b/c%2Bd.pack");
  }
}
