#include "routes/match.hpp"

#include <doctest/doctest.h>

namespace qfcsync::server {
namespace {

constexpr const char* kId = "7b1d9a52-3c0e-4b57-9a59-2f6f0a3d1e10";

TEST_SUITE_BEGIN("server/match");

TEST_CASE("one trailing slash belongs to the route") {
  CHECK(match_path("projects", "projects/"));
  CHECK(match_path("projects", "projects"));
  CHECK_FALSE(match_path("projects", "projects//"));
  CHECK_FALSE(match_path("projects", "projectsx/"));
  CHECK_FALSE(match_path("projects", ""));
}

TEST_CASE("a file name keeps its slashes and blanks") {
  const std::string path = std::string("files/") + kId + "/a/b c.txt/";
  const auto params = match_path("files/{project:uuid}/{name:path}", path);
  REQUIRE(params);
  CHECK(params->at("project") == kId);
  CHECK(params->at("name") == "a/b c.txt");
}

TEST_CASE("a parameter that must be a UUID matches nothing else") {
  CHECK_FALSE(match_path("files/{project:uuid}", "files/007/"));
  CHECK_FALSE(match_path("files/{project:uuid}/{name:path}", "files/metadata/x/"));
  CHECK(match_path("projects/{project}", "projects/pizza/")->at("project") == "pizza");
}

TEST_CASE("no parameter is empty") {
  CHECK_FALSE(match_path("projects/{project}", "projects/"));
  CHECK_FALSE(match_path("projects/{project}", "projects//"));
  CHECK_FALSE(match_path("files/{project:uuid}/{name:path}", std::string("files/") + kId + "/"));
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::server
