// Any bytes, any order: what is committed comes back.

#include "unit/repository/repository_fixture.hpp"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::RepositoryFixture;

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string edited(std::mt19937_64& random, std::string bytes) {
  switch (random() % 5) {
    case 0:
      return random_bytes(random, random() % 700'000);
    case 1:
      return bytes.substr(0, bytes.empty() ? 0 : random() % bytes.size());
    case 2:
      return bytes + random_bytes(random, random() % 300'000);
    case 3:
      return bytes.empty() ? bytes : bytes.substr(random() % bytes.size()) + bytes;
    default:
      for (int i = 0; i < 20 && !bytes.empty(); ++i) bytes[random() % bytes.size()] ^= 1;
      return bytes;
  }
}

TEST_SUITE_BEGIN("repository/laws");

TEST_CASE("every version of every file restores, by several repositories on one store") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const RepositoryFixture fixture;
    fixture.init();
    std::map<std::string, std::map<std::string, std::string>> versions;
    std::map<std::string, std::string> now;
    std::vector<Repository> repositories;
    repositories.push_back(fixture.open());
    repositories.push_back(fixture.open_without_cache());
    for (int i = 0; i < 25; ++i) {
      Repository& repository = repositories[random() % repositories.size()];
      const std::string path = std::string(1, static_cast<char>('a' + random() % 3)) + "/file";
      now[path] = edited(random, now[path]);
      versions[commit_text(repository, fixture, path, now[path]).version] = now;
    }
    repositories.push_back(fixture.open_without_cache());
    for (const auto& [version, files] : versions) {
      for (const auto& [path, bytes] : files) {
        Repository& repository = repositories[random() % repositories.size()];
        CHECK((fixture.restored(repository, version, path) == bytes));
      }
    }
    CHECK(repositories.back().check(CheckDepth::Deep).problems.empty());
  }
}

TEST_CASE("the cost of commit, log and restore does not grow with the number of versions") {
  const RepositoryFixture fixture;
  auto counting = std::make_shared<test::CountingBlobs>(make_memory_blobs());
  Repository repository = Repository::init(counting, {fixture.cache});
  const auto cost_of = [&](const auto& work) {
    const std::uint64_t before = counting->calls;
    work();
    return counting->calls - before;
  };
  std::string bytes(100'000, 'x');
  const auto commit_many = [&](int count) {
    for (int i = 0; i < count; ++i) {
      bytes[static_cast<std::size_t>(i) * 37 % bytes.size()] ^= 1;
      commit_text(repository, fixture, "a", bytes);
    }
  };
  // Rounds of 64, so that putting small packs together counts in all of them.
  const std::uint64_t first = cost_of([&] { commit_many(64); });
  const std::uint64_t log_first = cost_of([&] { repository.log({"", "", {}, "", 10}); });
  commit_many(256);
  const std::uint64_t last = cost_of([&] { commit_many(64); });
  const std::uint64_t log_last = cost_of([&] { repository.log({"", "", {}, "", 10}); });
  CHECK(last <= first + first / 5);
  CHECK(log_last <= log_first + 5);
  // A chain of bases is 32 long at most, whatever the version.
  const std::uint64_t newest = cost_of([&] { fixture.restored(repository, "HEAD", "a"); });
  const std::uint64_t oldest = cost_of([&] { fixture.restored(repository, "HEAD~380", "a"); });
  CHECK(newest < 120);
  CHECK(oldest < 120);
  CHECK(cost_of([&] { Repository::open(counting, {fixture.cache}); }) < 8);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
