// Repositories on stores behind a network: how many requests they need.

#include "support/seed_offset.hpp"
#include "unit/repository/distant_blobs.hpp"

#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::DistantBlobs;
using test::RepositoryFixture;
using Requests = std::vector<std::string>;

/// Options with which every call looks for newer versions.
RepositoryOptions always_looking(const std::filesystem::path& cache) {
  RepositoryOptions options{cache};
  options.look_counts_for = std::chrono::milliseconds(0);
  return options;
}

/// Ada commits, Bob reads; each has a cache of his own.
struct Pair {
  std::shared_ptr<BlobStore> store = make_memory_blobs();
  RepositoryFixture ada;
  RepositoryFixture bob;
  std::shared_ptr<DistantBlobs> line = std::make_shared<DistantBlobs>(store);

  Repository ada_begins() const { return Repository::init(store, {ada.cache}); }
  Repository bob_opens() { return Repository::open(line, always_looking(bob.cache)); }
};

std::string random_bytes(std::uint64_t seed, std::size_t size) {
  std::minstd_rand chance(static_cast<unsigned>(seed + test::seed_offset() + 1));
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(chance() >> 8);
  return bytes;
}

std::string root(int generation) { return fmt::format("read roots/{:020}", generation); }

std::size_t count(const Requests& requests, std::string_view what) {
  return static_cast<std::size_t>(std::ranges::count_if(
      requests, [&](const std::string& request) { return request.starts_with(what); }));
}

TEST_SUITE_BEGIN("repository/distant");

TEST_CASE("opening what is up to date is one request: the next root is not there") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "one");
  pair.bob_opens();
  pair.line->take_requests();
  Repository reader = pair.bob_opens();
  CHECK(pair.line->take_requests() == Requests{root(3)});
  reader.log();
  CHECK(pair.bob.restored(reader, "HEAD", "a") == "one");
  CHECK(pair.line->take_requests() == Requests{root(3), root(3)});  // one a verb
}

TEST_CASE("calls in a row look for newer versions once, and after a lost race again") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "one");
  Repository reader = Repository::open(pair.line, {pair.bob.cache});
  pair.line->take_requests();
  CHECK(reader.log().size() == 1);
  CHECK(pair.bob.restored(reader, "HEAD", "a") == "one");
  CHECK(pair.line->take_requests().empty());
  commit_text(writer, pair.ada, "a", "two");
  commit_text(reader, pair.bob, "b", "three");
  CHECK(reader.log().size() == 3);
  CHECK(pair.ada.restored(writer, "HEAD", "b") == "three");
}

TEST_CASE("a client one version behind needs the root and the pack") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "one");
  pair.bob_opens();
  commit_text(writer, pair.ada, "a", "two");
  pair.line->take_requests();
  Repository reader = pair.bob_opens();
  const Requests pulled = pair.line->take_requests();
  REQUIRE(pulled.size() == 2);
  CHECK(pulled[0] == root(3));
  CHECK(pulled[1].starts_with("read packs/"));
  CHECK(pair.bob.restored(reader, "HEAD", "a") == "two");
  CHECK(pair.line->take_requests() == Requests{root(4)});
  CHECK(pair.line->twice_read() == 0);
}

TEST_CASE("a client that was away for long lists the roots once and reads the newest") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "0");
  Repository reader = pair.bob_opens();
  for (int i = 1; i <= 9; ++i) commit_text(writer, pair.ada, "a", std::to_string(i));
  pair.line->take_requests();
  CHECK(reader.log().size() == 10);
  const Requests requests = pair.line->take_requests();
  CHECK(count(requests, "read roots/") == 3);
  CHECK(count(requests, "list roots/") <= 2);
  CHECK(count(requests, "read packs/") == 9);
  CHECK(pair.bob.restored(reader, "HEAD", "a") == "9");
}

TEST_CASE("a committer reads nothing that it wrote itself") {
  Pair pair;
  pair.ada_begins();
  Repository writer = pair.bob_opens();
  const std::string bytes = random_bytes(1, 3u << 20);
  commit_text(writer, pair.bob, "a", bytes);
  pair.line->take_requests();
  std::string edited = bytes;
  edited[1u << 20] ^= 1;
  commit_text(writer, pair.bob, "a", edited);
  const Requests requests = pair.line->take_requests();
  CHECK(count(requests, "create packs/") == 1);
  CHECK(count(requests, "create roots/") == 1);
  CHECK(requests.size() == 3);  // and the look for a newer root
  CHECK(pair.bob.restored(writer, "HEAD~1", "a") == bytes);
  CHECK(count(pair.line->take_requests(), "read packs/") == 0);
}

TEST_CASE("a large file is fetched in few requests, and no byte of it twice") {
  for (const bool has_cache : {true, false}) {
    CAPTURE(has_cache);
    Pair pair;
    Repository writer = pair.ada_begins();
    std::string bytes = random_bytes(2, 12u << 20);
    commit_text(writer, pair.ada, "a", bytes);
    for (const std::size_t place : {0u, 5'000'000u, 5'400'000u, 11'000'000u}) bytes[place] ^= 1;
    commit_text(writer, pair.ada, "a", bytes);
    Repository reader = has_cache ? pair.bob_opens() : Repository::open(pair.line);
    const Requests opened = pair.line->take_requests();
    CHECK(count(opened, "read packs/") <= 3);  // index and git objects of one, the other whole
    CHECK(pair.bob.restored(reader, "HEAD", "a") == bytes);
    CHECK(count(pair.line->take_requests(), "read packs/") <= (has_cache ? 2 : 5));
    CHECK(pair.line->twice_read() == 0);
    if (!has_cache) continue;
    CHECK(pair.bob.restored(reader, "HEAD~1", "a").size() == bytes.size());
    CHECK(count(pair.line->take_requests(), "read packs/") == 0);
    CHECK(reader.check(CheckDepth::Deep).problems.empty());
  }
}

TEST_CASE("of a range, what it lies in is fetched alone") {
  Pair pair;
  Repository writer = pair.ada_begins();
  const std::string bytes = random_bytes(3, 12u << 20);
  commit_text(writer, pair.ada, "a", bytes);
  Repository reader = pair.bob_opens();
  pair.line->take_requests();
  MemorySink sink;
  reader.read("HEAD", "a", 7'000'000, 600'000, sink);
  CHECK(sink.bytes() == bytes.substr(7'000'000, 600'000));
  CHECK(count(pair.line->take_requests(), "read packs/") == 1);
}

TEST_CASE("kept pieces that are damaged or gone are fetched anew") {
  Pair pair;
  Repository writer = pair.ada_begins();
  const std::string bytes = random_bytes(4, 3u << 20);
  commit_text(writer, pair.ada, "a", bytes);
  {
    Repository first = pair.bob_opens();
    CHECK(pair.bob.restored(first, "HEAD", "a") == bytes);
  }
  bool is_removed = false;
  for (const auto& file : std::filesystem::directory_iterator(pair.bob.cache / "packs")) {
    std::string kept = test::file_bytes(file.path());
    kept[kept.size() / 2] ^= 1;
    test::put_file(file.path(), kept);
    if (!is_removed) is_removed = std::filesystem::remove(file.path());
  }
  REQUIRE(is_removed);
  Repository again = pair.bob_opens();
  CHECK(pair.bob.restored(again, "HEAD", "a") == bytes);
  std::filesystem::remove_all(pair.bob.cache / "packs");
  std::filesystem::create_directory(pair.bob.cache / "packs");
  CHECK(pair.bob.restored(again, "HEAD", "a") == bytes);
}

TEST_CASE("a download that broke off goes on where it ended") {
  Pair pair;
  Repository writer = pair.ada_begins();
  const std::string bytes = random_bytes(5, 9u << 20);
  commit_text(writer, pair.ada, "a", bytes);
  Repository reader = pair.bob_opens();
  pair.line->breaks_after = 5'000'000;
  CHECK(test::error_of([&] { pair.bob.restored(reader, "HEAD", "a"); }) == ErrorCode::Network);
  Repository next = pair.bob_opens();
  CHECK(pair.bob.restored(next, "HEAD", "a") == bytes);
  CHECK(pair.line->twice_read() == 0);
}

TEST_CASE("nothing is built on a root that the store has not") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "of one project");
  pair.bob_opens();
  // Another project at the same place, as many roots long.
  const std::shared_ptr<BlobStore> other_store = make_memory_blobs();
  const RepositoryFixture eve;
  Repository theirs = Repository::init(other_store, {eve.cache});
  commit_text(theirs, eve, "b", "of another");
  const auto line = std::make_shared<DistantBlobs>(other_store);
  Repository moved = Repository::open(line, {pair.bob.cache});
  commit_text(moved, pair.bob, "c", "new");
  CHECK(pair.bob.restored(moved, "HEAD", "b") == "of another");
  CHECK(pair.bob.restored(moved, "HEAD", "c") == "new");
  CHECK(eve.restored(theirs, "HEAD", "c") == "new");
  CHECK(theirs.check(CheckDepth::Deep).problems.empty());
}

TEST_CASE("what was kept of one store counts for no other") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "one");
  pair.bob_opens();
  const std::shared_ptr<BlobStore> other_store = make_memory_blobs();
  const RepositoryFixture eve;
  Repository theirs = Repository::init(other_store, {eve.cache});
  commit_text(theirs, eve, "b", "two");
  const auto line = std::make_shared<DistantBlobs>(other_store, "elsewhere");
  Repository moved = Repository::open(line, {pair.bob.cache});
  CHECK(pair.bob.restored(moved, "HEAD", "b") == "two");
}

TEST_CASE("a root that was pruned away meanwhile is not taken for the newest") {
  Pair pair;
  Repository writer = pair.ada_begins();
  commit_text(writer, pair.ada, "a", "one");
  pair.bob_opens();
  commit_text(writer, pair.ada, "a", "two");
  commit_text(writer, pair.ada, "a", "three");
  for (const int gone : {1, 2, 3}) pair.store->remove(fmt::format("roots/{:020}", gone));
  Repository reader = pair.bob_opens();
  commit_text(reader, pair.bob, "b", "mine");
  CHECK(pair.bob.restored(reader, "HEAD", "a") == "three");
  CHECK(pair.bob.restored(reader, "HEAD", "b") == "mine");
  CHECK(pair.ada.restored(writer, "HEAD", "b") == "mine");
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
