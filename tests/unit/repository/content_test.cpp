#include "base/digest.hpp"
#include "unit/repository/repository_fixture.hpp"

#include <set>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

/// Some versions of one file, each a little different from the one before.
std::vector<std::string> series(std::uint64_t seed, std::size_t size, int count) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  std::vector<std::string> versions;
  for (int i = 0; i < count; ++i) {
    bytes[random() % size] ^= '\x55';
    versions.push_back(bytes);
  }
  return versions;
}

std::string content_of(Repository& repository, const std::string& bytes, std::uint64_t offset = 0,
                       std::uint64_t length = 0) {
  MemorySink sink;
  repository.read_content(base::sha256_hex(bytes), offset, length, sink);
  return sink.take();
}

TEST_SUITE_BEGIN("repository/content");

TEST_CASE("a content is found, read and checked by its hash, whatever version has it") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const auto versions = series(1, 700'000, 3);
  for (const std::string& bytes : versions) commit_text(repository, fixture, "a", bytes);
  commit_text(repository, fixture, "empty", "");
  for (const std::string& bytes : versions) {
    const std::string name = base::sha256_hex(bytes);
    const auto content = repository.content(name);
    REQUIRE(content);
    CHECK(content->size == bytes.size());
    base::EtagDigest etag;
    etag.update(bytes);
    CHECK(content->etag == etag.finish());
    repository.check_content(name);
    CHECK(content_of(repository, bytes) == bytes);
    CHECK(content_of(repository, bytes, 262'143, 2) == bytes.substr(262'143, 2));
  }
  REQUIRE(repository.content(base::sha256_hex("")));
  CHECK(content_of(repository, "").empty());
  const std::string unknown = base::sha256_hex("unknown");
  CHECK_FALSE(repository.content(unknown));
  CHECK(error_of([&] { repository.check_content(unknown); }) == ErrorCode::NotFound);
  CHECK(error_of([&] { content_of(repository, "unknown"); }) == ErrorCode::NotFound);
  CHECK(error_of([&] { repository.content("no hash"); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("a still file is taken as it is, also a database whose log has more") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const auto file = fixture.work / "trees.gpkg";
  test::make_trees(file, 50, "wal");
  const std::string bytes = test::file_bytes(file);
  test::put_file(fixture.work / "trees.gpkg-wal", "not a log");
  const WorkingFile still{"trees", file, true};
  const auto version = repository.commit({&still, 1}, {}).version;
  CHECK(fixture.restored(repository, version, "trees") == bytes);
  CHECK(test::file_bytes(fixture.work / "trees.gpkg-wal") == "not a log");
}

TEST_CASE("a list of contents decides alone what pruning keeps") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const auto versions = series(2, 900'000, 6);
  for (const std::string& bytes : versions) commit_text(repository, fixture, "a", bytes);
  // Neither the first, on which all others stand, nor the newest.
  const std::set<std::string, std::less<>> kept = {base::sha256_hex(versions[1]),
                                                   base::sha256_hex(versions[3])};
  PruneRules rules;
  rules.grace = std::chrono::hours(0);
  rules.keeps = [&](std::string_view sha256) { return kept.contains(sha256); };
  const std::uint64_t before = repository.stored_bytes();
  CHECK(repository.prune(rules).pruned.size() == 4);
  CHECK(repository.stored_bytes() < before + 100'000);
  for (const std::string& bytes : versions) {
    const bool is_kept = kept.contains(base::sha256_hex(bytes));
    CHECK(repository.content(base::sha256_hex(bytes)).has_value() == is_kept);
    if (is_kept) CHECK(content_of(repository, bytes) == bytes);
  }
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
  // The newest has no content to stand on, the next one is stored all the same.
  const auto more = series(3, 900'000, 1);
  commit_text(repository, fixture, "a", more[0]);
  CHECK(content_of(repository, more[0]) == more[0]);
  rules.keeps = [](std::string_view) { return false; };
  repository.prune(rules);
  CHECK(repository.stored_bytes() < 100'000);
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
}

TEST_CASE("a content that is damaged in the store does not pass, though it was decoded before") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const auto versions = series(4, 100'000, 1);
  commit_text(repository, fixture, "a", versions[0]);
  CHECK(content_of(repository, versions[0]) == versions[0]);
  for (const auto& entry : std::filesystem::directory_iterator(fixture.store / "packs")) {
    std::string pack = test::file_bytes(entry.path());
    pack[50'000] ^= 1;
    std::filesystem::remove(entry.path());
    test::put_file(entry.path(), pack);
  }
  CHECK(error_of([&] { repository.check_content(base::sha256_hex(versions[0])); }) ==
        ErrorCode::Corrupt);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
