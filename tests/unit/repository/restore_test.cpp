#include <qfcsync/repository.hpp>

#include "unit/chunk/memory_objects.hpp"
#include "unit/repository/repository_fixture.hpp"

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::CountingBlobs;
using test::RepositoryFixture;

TEST_SUITE_BEGIN("repository/restore");

TEST_CASE("a version comes out right over any other file") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const RepositoryFixture fixture;
    Repository repository = fixture.init();
    const std::string first = test::random_words(random, 1'000'000 + random() % 2'000'000);
    const std::string second = test::edited(random, first, 10) + test::random_words(random, 70'000);
    const std::string one = commit_text(repository, fixture, "a", first).version;
    const std::string two = commit_text(repository, fixture, "a", second).version;
    const std::string turned = second.substr(600'000) + second.substr(0, 600'000);
    for (const std::string& old :
         {first, second, turned, second.substr(0, 900'000), second + "more", std::string("x"),
          std::string(), test::random_bytes(random, 800'000)}) {
      const auto target = fixture.folder / "target";
      test::put_file(target, old);
      repository.restore(two, "a", target);
      CHECK((test::file_bytes(target) == second));
      test::put_file(target, old);
      repository.restore(one, "a", target);
      CHECK((test::file_bytes(target) == first));
    }
  }
}

TEST_CASE("what the file in place has is not fetched, nor the bases that it has") {
  std::mt19937_64 random(11);
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const std::string first = test::random_words(random, 5'000'000);
  commit_text(repository, fixture, "a", first);
  const std::string second = test::edited(random, first, 5);
  commit_text(repository, fixture, "a", second);
  const auto blobs = std::make_shared<CountingBlobs>(open_folder_blobs(fixture.store));
  Repository other = Repository::open(blobs, {.cache = fixture.folder / "other"});
  const auto target = fixture.folder / "target";

  other.restore("HEAD", "a", target);  // the index is complete then, and no file was in place
  const std::uint64_t before = blobs->reads;
  test::put_file(target, first);
  other.restore("HEAD", "a", target);
  CHECK((test::file_bytes(target) == second));
  CHECK(blobs->reads - before <= 5);
}

TEST_CASE("a version that is damaged leaves the file in place as it is") {
  std::mt19937_64 random(12);
  const RepositoryFixture fixture;
  const std::string first = test::random_words(random, 900'000);
  {
    Repository repository = fixture.init();
    commit_text(repository, fixture, "a", first);
    commit_text(repository, fixture, "a", test::random_words(random, 900'000));
  }
  for (const auto& pack : std::filesystem::directory_iterator(fixture.store / "packs")) {
    std::string bytes = test::file_bytes(pack.path());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::filesystem::permissions(pack.path(), std::filesystem::perms::owner_all);
    test::put_file(pack.path(), bytes);
  }
  Repository repository = fixture.open();
  const auto target = fixture.folder / "target";
  test::put_file(target, first.substr(0, 500'000));
  CHECK(test::error_of([&] { repository.restore("HEAD", "a", target); }) == ErrorCode::Corrupt);
  CHECK((test::file_bytes(target) == first.substr(0, 500'000)));
  for (const auto& entry : std::filesystem::directory_iterator(fixture.folder.path())) {
    CHECK(entry.path().extension() != ".part");
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
