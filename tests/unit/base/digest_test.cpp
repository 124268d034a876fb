#include "base/digest.hpp"

#include <qfcsync/error.hpp>

#include "support/temporary_folder.hpp"

#include <fstream>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace qfcsync::base {
namespace {

std::string etag_of(std::string_view bytes, std::size_t step) {
  EtagDigest digest;
  for (std::size_t at = 0; at < bytes.size(); at += step) digest.update(bytes.substr(at, step));
  return digest.finish();
}

TEST_SUITE_BEGIN("base/digest");

TEST_CASE("small contents have their MD5 as entity tag") {
  CHECK(etag_of("Hello!", 6) == "952d2c56d0485958336747bcdd98590d");
  CHECK(etag_of("", 1) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(sha256_hex("Hello!") == "334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7");
}

TEST_CASE("contents above 8 MiB are tagged by parts, however they arrive") {
  const std::string content(10'000'000, 'x');
  for (const std::size_t step : {content.size(), std::size_t{4096}, std::size_t{8'388'608}}) {
    CHECK(etag_of(content, step) == "1e762c1c6ca960a51ce95942752cf1f6-2");
  }
  CHECK(sha256_hex(content) == "0c9a42b3d065a64063eca67e98c932fa2e9a077bc7973a421a964a11304c998c");
}

TEST_CASE("exactly 8 MiB is one part and no list of parts") {
  const std::string part(EtagDigest::kPartBytes, 'y');
  CHECK(etag_of(part, 1 << 20).find('-') == std::string::npos);
  CHECK(etag_of(part + "y", 1 << 20).ends_with("-2"));
  CHECK(etag_of(part + part, 1 << 20).ends_with("-2"));
}

TEST_CASE("a file has the same digests as its bytes") {
  const test::TemporaryFolder folder;
  std::mt19937 random(7);
  std::string content(700'001, '\0');
  for (char& byte : content) byte = static_cast<char>(random());
  std::ofstream(folder / "f", std::ios::binary) << content;
  const FileDigests digests = digest_file(folder / "f");
  CHECK(digests.size == content.size());
  CHECK(digests.sha256 == sha256_hex(content));
  CHECK(digests.etag == etag_of(content, 1000));
  CHECK_THROWS_AS(digest_file(folder / "missing"), Error);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::base
