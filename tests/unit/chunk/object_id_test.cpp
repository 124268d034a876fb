#include "chunk/object_id.hpp"

#include <qfcsync/error.hpp>

#include <string>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

TEST_SUITE_BEGIN("chunk/object_id");

TEST_CASE("chunks are named by their SHA-256, git objects as git names them") {
  CHECK(sha256_id("Hello!").hex() ==
        "334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7");
  // printf hello | git hash-object --stdin
  CHECK(git_id(std::string_view("blob 5\0hello", 12)).hex() ==
        "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0" + std::string(24, '0'));
}

TEST_CASE("an id comes back from its text, and nothing else is one") {
  const ObjectId id = sha256_id("x");
  CHECK(ObjectId::from_hex(id.hex()) == id);
  CHECK(ObjectId::from_raw(id.view()) == id);
  for (const std::string& text :
       {std::string(), std::string(63, 'a'), std::string(64, 'g'), std::string(64, 'A')}) {
    CAPTURE(text);
    CHECK_THROWS_AS(ObjectId::from_hex(text), Error);
  }
}

TEST_CASE("bytes under the wrong id are damage") {
  CHECK_NOTHROW(check_id(ObjectKind::Chunk, sha256_id("a"), "a"));
  CHECK_NOTHROW(check_id(ObjectKind::Git, git_id("a"), "a"));
  CHECK_THROWS_AS(check_id(ObjectKind::Chunk, sha256_id("a"), "b"), Error);
  CHECK_THROWS_AS(check_id(ObjectKind::Git, git_id("a"), "b"), Error);
  CHECK_THROWS_AS(check_id(ObjectKind::Git, sha256_id("a"), "a"), Error);
  CHECK_THROWS_AS(check_id(ObjectKind::Manifest, sha256_id("a"), "a"), Error);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
