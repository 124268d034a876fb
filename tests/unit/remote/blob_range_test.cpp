#include "remote/blob_range.hpp"

#include <qfcsync/error.hpp>

#include "support/scripted_server.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

constexpr std::string_view kBytes = "0123456789";

NetworkOptions hasty() {
  NetworkOptions options;
  options.first_delay = std::chrono::milliseconds(1);
  return options;
}

/// First byte that a request asks for.
std::size_t first_of(const test::SeenRequest& request) {
  return std::stoul(request.headers.at("range").substr(6));
}

/// A right answer to a ranged request.
test::ScriptedReply range_reply(const test::SeenRequest& request) {
  const std::string range = request.headers.at("range");
  const std::size_t first = first_of(request);
  const std::size_t dash = range.find('-');
  const bool is_open = dash + 1 == range.size();
  const std::size_t last =
      is_open ? kBytes.size() - 1 : std::min(kBytes.size() - 1, std::stoul(range.substr(dash + 1)));
  test::ScriptedReply reply;
  if (first >= kBytes.size()) {
    reply.status = 416;
    reply.headers = {fmt::format("Content-Range: bytes */{}", kBytes.size())};
    return reply;
  }
  reply.status = 206;
  reply.headers = {fmt::format("Content-Range: bytes {}-{}/{}", first, last, kBytes.size())};
  reply.body = kBytes.substr(first, last - first + 1);
  return reply;
}

std::string read(test::ScriptedServer& server, std::uint64_t offset, std::uint64_t length,
                 bool may_be_page = false) {
  HttpSender sender(parse_url(server.address(), "test"), hasty(), "store",
                    [](const HttpRequest&) { return Headers(); });
  RemoteBlob blob{"blob", {"GET", "/blob", "", {}, {}}, [] { return kBytes.size(); }, may_be_page};
  MemorySink sink;
  read_range(sender, blob, offset, length, sink);
  return sink.take();
}

ErrorCode code_of(test::ScriptedServer& server, std::uint64_t offset, std::uint64_t length) {
  try {
    read(server, offset, length);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::Internal;
}

}  // namespace

TEST_SUITE("remote/blob_range") {
  TEST_CASE("an answer cut in the middle is continued where it ended") {
    test::ScriptedServer server([](const test::SeenRequest& request, std::size_t number) {
      auto reply = range_reply(request);
      if (number < 3) reply.cut_after = 2;
      return reply;
    });
    CHECK(read(server, 1, 8) == "12345678");
    const auto seen = server.seen();
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].headers.at("range") == "bytes=1-8");
    CHECK(seen[1].headers.at("range") == "bytes=3-8");
    CHECK(seen[3].headers.at("range") == "bytes=7-8");
  }

  TEST_CASE("a server that knows no ranges is read from the beginning, also after a cut") {
    test::ScriptedServer server([](const test::SeenRequest&, std::size_t number) {
      test::ScriptedReply reply;
      reply.body = kBytes;
      if (number == 0) reply.cut_after = 5;
      return reply;
    });
    CHECK(read(server, 3, 4) == "3456");
    CHECK(read(server, 0, 0, true) == kBytes);
  }

  TEST_CASE("the end of a blob is known from what the server says") {
    test::ScriptedServer server(
        [](const test::SeenRequest& request, std::size_t) { return range_reply(request); });
    CHECK(read(server, 10, 0).empty());
    CHECK(code_of(server, 5, 6) == ErrorCode::Corrupt);
    CHECK(code_of(server, 11, 0) == ErrorCode::Corrupt);
    CHECK(code_of(server, 1, ~std::uint64_t{0}) == ErrorCode::Corrupt);
  }

  TEST_CASE("another range than asked for is an error, and nothing of it is given") {
    test::ScriptedServer server([](const test::SeenRequest&, std::size_t) {
      test::ScriptedReply reply;
      reply.status = 206;
      reply.headers = {"Content-Range: bytes 0-3/10"};
      reply.body = "0123";
      return reply;
    });
    CHECK(code_of(server, 4, 4) == ErrorCode::Network);
  }

  TEST_CASE("fewer bytes than announced are no blob") {
    test::ScriptedServer server([](const test::SeenRequest&, std::size_t) {
      test::ScriptedReply reply;
      reply.status = 206;
      reply.headers = {"Content-Range: bytes 0-9/10"};
      reply.body = "0123";
      return reply;
    });
    CHECK(code_of(server, 0, 0) == ErrorCode::Corrupt);
  }

  TEST_CASE("what a sink throws is not taken for a failing network") {
    struct FullDisk : ByteSink {
      void write(std::string_view) override { throw Error(ErrorCode::Io, "the disk is full"); }
    };
    test::ScriptedServer server(
        [](const test::SeenRequest& request, std::size_t) { return range_reply(request); });
    HttpSender sender(parse_url(server.address(), "test"), hasty(), "store",
                      [](const HttpRequest&) { return Headers(); });
    const RemoteBlob blob{"blob", {"GET", "/blob", "", {}, {}}, [] { return kBytes.size(); }};
    FullDisk sink;
    CHECK_THROWS_WITH(read_range(sender, blob, 0, 0, sink), "the disk is full");
    CHECK(server.seen().size() == 1);
  }

  TEST_CASE("Content-Range is read, or it is refused") {
    ContentRange range;
    CHECK(parse_content_range("bytes 5-9/10", range));
    CHECK(range.first == 5);
    CHECK(range.last == 9);
    CHECK(range.total == 10);
    CHECK(parse_content_range("bytes */10", range));
    CHECK_FALSE(range.has_bytes);
    for (const std::string text : {"", "bytes", "bytes 5-9", "bytes 5-9/*", "bytes 9-5/10",
                                   "bytes 5-9/10x", "items 5-9/10", "bytes -5/10"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_content_range(text, range));
    }
  }
}
