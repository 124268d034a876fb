#include "remote/dav_server.hpp"

#include "support/scripted_server.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::remote;

namespace {

std::string response(std::string_view href, bool is_collection) {
  return "<d:response><d:href>" + std::string(href) + "</d:href><d:propstat><d:prop>" +
         (is_collection ? "<d:resourcetype><d:collection/></d:resourcetype>"
                        : "<d:getcontentlength>3</d:getcontentlength>") +
         "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
}

/// Names that a collection is found to hold when a server answers so.
std::vector<std::string> names_in(const std::string& responses) {
  test::ScriptedServer server([&](const test::SeenRequest&, std::size_t) {
    test::ScriptedReply reply;
    reply.status = 207;
    reply.body = "<d:multistatus xmlns:d=\"DAV:\">" + responses + "</d:multistatus>";
    return reply;
  });
  WebdavOptions options;
  options.url = server.address() + "/my%20files";
  DavServer dav(options);
  std::vector<std::string> names;
  const auto members = dav.list("packs");
  REQUIRE(members);
  for (const auto& resource : *members) names.push_back(resource.path);
  CHECK(server.seen().at(0).target == "/my%20files/packs");
  CHECK(server.seen().at(0).headers.at("depth") == "1");
  return names;
}

}  // namespace

TEST_SUITE("remote/dav_server") {
  TEST_CASE("a collection is not its own member, whatever path the server knows it by") {
    const std::vector<std::string> one_two = {"one", "two"};
    CHECK(names_in(response("/my%20files/packs/", true) + response("/my%20files/packs/one", false) +
                   response("/my%20files/packs/two/", true)) == one_two);
    CHECK(names_in(response("http://inner:80/dav/packs/one", false) +
                   response("http://inner:80/dav/packs", true) +
                   response("http://inner:80/dav/packs/two", false)) == one_two);
    CHECK(names_in(response("/my%20files/packs", true)).empty());
    CHECK(names_in(response("/inner/packs/", true)).empty());
    CHECK(names_in("").empty());
  }

  TEST_CASE("members are told from a collection that does not list itself") {
    CHECK(names_in(response("/my%20files/packs/one", false) +
                   response("/my%20files/packs/two", false)) ==
          std::vector<std::string>{"one", "two"});
  }
}
