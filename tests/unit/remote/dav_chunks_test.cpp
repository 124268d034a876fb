#include "remote/dav_chunks.hpp"

#include <qfcsync/error.hpp>

#include "support/scripted_server.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

WebdavOptions options_for(const test::ScriptedServer& server) {
  WebdavOptions options;
  options.url = server.address() + "/remote.php/dav/files/ada/survey";
  options.credentials = Credentials{"ada", "secret", ""};
  options.network.first_delay = std::chrono::milliseconds(1);
  return options;
}

const std::string kLarge(2 * kDavChunkBytes + 5, 'x');

}  // namespace

TEST_SUITE("remote/dav_chunks") {
  TEST_CASE("only Nextcloud's paths have a tree for chunks") {
    CHECK(uploads_path_of("/x/remote.php/dav/files/ada/a/b") == "/x/remote.php/dav/uploads/ada");
    CHECK(uploads_path_of("/remote.php/dav/files/ada") == "/remote.php/dav/uploads/ada");
    CHECK(uploads_path_of("/remote.php/dav/files/").empty());
    CHECK(uploads_path_of("/dav/files/ada").empty());
  }

  TEST_CASE("a large file goes in numbered chunks and is put together at its place") {
    test::ScriptedServer server([](const test::SeenRequest&, std::size_t number) {
      test::ScriptedReply reply;
      reply.status = number == 2 ? 503 : 201;  // one of the chunks is sent twice
      return reply;
    });
    DavServer dav(options_for(server));
    CHECK(send_in_chunks(dav, "tmp/1/file", HttpBody(kLarge)));
    auto seen = server.seen();
    REQUIRE(seen.size() == 6);
    std::sort(seen.begin() + 1, seen.end() - 1,
              [](const auto& a, const auto& b) { return a.target < b.target; });
    const std::string folder = seen[0].target;
    CHECK(folder.starts_with("/remote.php/dav/uploads/ada/qfcsync-"));
    CHECK(seen[0].method == "MKCOL");
    std::set<std::string> targets;
    for (std::size_t i = 1; i < 5; ++i) {
      targets.insert(seen[i].target);
      const bool is_last = seen[i].target.ends_with("/00003");
      CHECK(seen[i].body.size() == (is_last ? 5 : kDavChunkBytes));
    }
    CHECK(targets == std::set{folder + "/00001", folder + "/00002", folder + "/00003"});
    CHECK(seen[5].method == "MOVE");
    CHECK(seen[5].target == folder + "/.file");
    for (const auto& request : seen) {
      CHECK(request.headers.at("destination") ==
            server.address() + "/remote.php/dav/files/ada/survey/tmp/1/file");
    }
  }

  TEST_CASE("a server without chunks, and a small file, are left to a plain PUT") {
    test::ScriptedServer server([](const test::SeenRequest&, std::size_t) {
      test::ScriptedReply reply;
      reply.status = 404;
      return reply;
    });
    DavServer dav(options_for(server));
    CHECK_FALSE(send_in_chunks(dav, "tmp/1/file", HttpBody(kLarge)));
    CHECK(server.seen().size() == 1);
    CHECK_FALSE(send_in_chunks(dav, "tmp/1/file", HttpBody("small")));
    CHECK(server.seen().size() == 1);
  }

  TEST_CASE("chunks of an upload that fails are removed") {
    test::ScriptedServer server([](const test::SeenRequest& request, std::size_t) {
      test::ScriptedReply reply;
      reply.status = request.method == "PUT" ? 507 : 201;
      return reply;
    });
    DavServer dav(options_for(server));
    try {
      send_in_chunks(dav, "tmp/1/file", HttpBody(kLarge));
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::LimitExceeded);
    }
    CHECK(server.seen().back().method == "DELETE");
  }
}
