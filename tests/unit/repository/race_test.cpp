// Several writers on one store.

#include "unit/repository/repository_fixture.hpp"

#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

TEST_SUITE_BEGIN("repository/race");

TEST_CASE("writers of different files all get in; nothing is lost, and each root is made once") {
  for (const bool has_cache : {true, false}) {
    CAPTURE(has_cache);
    const RepositoryFixture fixture;
    fixture.init();
    constexpr int kWriters = 3;
    constexpr int kCommits = 12;
    std::atomic<int> failures = 0;
    const auto write = [&](int writer) {
      try {
        Repository repository = has_cache ? fixture.open() : fixture.open_without_cache();
        for (int i = 0; i < kCommits; ++i) {
          const std::string path = fmt::format("writer {}", writer);
          if (!commit_text(repository, fixture, path, fmt::format("{}.{}", writer, i)).is_new) {
            ++failures;
          }
        }
      } catch (const std::exception& error) {
        ++failures;
        MESSAGE(error.what());
      }
    };
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) threads.emplace_back(write, writer);
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == 0);
    Repository repository = fixture.open_without_cache();
    const auto log = repository.log({"", "", {}, "", 1000});
    CHECK(log.size() == kWriters * kCommits);
    std::map<std::string, int> last;
    for (auto version = log.rbegin(); version != log.rend(); ++version) {
      REQUIRE(version->files.size() == 1);
      const std::string& path = version->files[0].path;
      const std::string expected = fmt::format("{}.{}", path.back(), last[path]++);
      CHECK(fixture.restored(repository, version->id, path) == expected);
    }
    CHECK(repository.check(CheckDepth::Deep).problems.empty());
  }
}

/// Lets somebody else commit whenever a root is about to be made.
class OvertakingBlobs : public test::CountingBlobs {
 public:
  explicit OvertakingBlobs(std::shared_ptr<BlobStore> store) : CountingBlobs(std::move(store)) {}
  Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
    if (name.starts_with("roots/") && overtake) {
      const auto once = std::exchange(overtake, nullptr);
      once();
    }
    return CountingBlobs::create(name, data, size);
  }
  std::function<void()> overtake;
};

struct Overtaken {
  RepositoryFixture fixture;
  std::shared_ptr<OvertakingBlobs> store;
  Repository slow;
  Repository fast;

  Overtaken()
      : store(
            (fixture.init(), std::make_shared<OvertakingBlobs>(open_folder_blobs(fixture.store)))),
        slow(Repository::open(store)),
        fast(fixture.open_without_cache()) {
    commit_text(fast, fixture, "a", "base");
  }
};

TEST_CASE("who is overtaken by another file goes on top of it") {
  Overtaken race;
  std::string winner;
  race.store->overtake = [&] { winner = commit_text(race.fast, race.fixture, "b", "2").version; };
  const CommitResult result = commit_text(race.slow, race.fixture, "a", "1");
  const auto log = race.slow.log();
  REQUIRE(log.size() == 3);
  CHECK(log[0].id == result.version);
  CHECK(log[0].parents == std::vector<std::string>{winner});
  CHECK(race.fixture.restored(race.slow, "HEAD", "a") == "1");
  CHECK(race.fixture.restored(race.slow, "HEAD", "b") == "2");
}

TEST_CASE("who is overtaken by the same file is told so") {
  Overtaken race;
  race.store->overtake = [&] { commit_text(race.fast, race.fixture, "a", "theirs"); };
  CHECK(error_of([&] { commit_text(race.slow, race.fixture, "a", "ours"); }) ==
        ErrorCode::HeadMoved);
  CHECK(race.fixture.restored(race.slow, "HEAD", "a") == "theirs");
  CHECK(race.slow.log().size() == 2);
}

TEST_CASE("who is overtaken by the same change has nothing to do") {
  Overtaken race;
  race.store->overtake = [&] { commit_text(race.fast, race.fixture, "a", "same"); };
  CHECK_FALSE(commit_text(race.slow, race.fixture, "a", "same").is_new);
  CHECK(race.slow.log().size() == 2);
}

TEST_CASE("who is overtaken by a tag keeps its place") {
  Overtaken race;
  race.store->overtake = [&] { race.fast.tag("now", "HEAD"); };
  CHECK(commit_text(race.slow, race.fixture, "a", "1").is_new);
  CHECK(race.slow.tags().size() == 1);
  CHECK(race.slow.log().size() == 2);
}

TEST_CASE("who is overtaken all the time gives up") {
  Overtaken race;
  int count = 0;
  const std::function<void()> again = [&] {
    race.fast.tag("t" + std::to_string(count++), "HEAD");
    race.store->overtake = again;
  };
  race.store->overtake = again;
  CHECK(error_of([&] { commit_text(race.slow, race.fixture, "a", "1"); }) == ErrorCode::Busy);
  CHECK(count == 20);
  race.store->overtake = nullptr;
  CHECK(commit_text(race.slow, race.fixture, "a", "1").is_new);
}

TEST_CASE("a root whose answer was lost is known to be one's own") {
  class ForgetfulBlobs : public test::CountingBlobs {
   public:
    explicit ForgetfulBlobs(std::shared_ptr<BlobStore> store) : CountingBlobs(std::move(store)) {}
    Created create(std::string_view name, ByteSource& data, std::uint64_t size) override {
      CountingBlobs::create(name, data, size);
      return Created::Exists;
    }
  };
  const RepositoryFixture fixture;
  fixture.init();
  Repository repository =
      Repository::open(std::make_shared<ForgetfulBlobs>(open_folder_blobs(fixture.store)));
  CHECK(commit_text(repository, fixture, "a", "1").is_new);
  CHECK(repository.log().size() == 1);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
