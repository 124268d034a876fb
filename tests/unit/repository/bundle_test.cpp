#include "unit/repository/repository_fixture.hpp"

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

std::string bundle_of(Repository& repository, const std::vector<std::string>& have = {}) {
  MemorySink sink;
  repository.bundle(have, sink);
  return sink.take();
}

UnbundleResult unbundle(Repository& repository, const std::string& bundle) {
  MemorySource source(bundle);
  return repository.unbundle(source);
}

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

struct Two {
  RepositoryFixture fixture;
  Repository ours = fixture.init();
  Repository theirs = Repository::init(make_memory_blobs());
  std::mt19937_64 random{7};
  std::string bytes = random_bytes(random, 700'000);
  std::vector<std::pair<std::string, std::string>> versions;

  void commit(int count) {
    for (int i = 0; i < count; ++i) {
      for (int edit = 0; edit < 3; ++edit) bytes[random() % bytes.size()] ^= 1;
      versions.emplace_back(commit_text(ours, fixture, "a", bytes).version, bytes);
    }
  }
  void check_theirs() {
    for (const auto& [version, content] : versions) {
      CHECK((fixture.restored(theirs, version, "a") == content));
    }
    CHECK(theirs.log({"", "", {}, "", 1000}).size() == versions.size());
    CHECK(theirs.check(CheckDepth::Deep).problems.empty());
  }
};

TEST_SUITE_BEGIN("repository/bundle");

TEST_CASE("a bundle of all makes an empty repository the same, however long the chains") {
  Two two;
  two.commit(50);
  two.ours.tag("first", two.versions[0].first);
  const std::string bundle = bundle_of(two.ours);
  CHECK(bundle.size() < 850'000);  // deltas stay deltas
  const UnbundleResult result = unbundle(two.theirs, bundle);
  CHECK(result.head == two.versions.back().first);
  CHECK(result.diverged.empty());
  CHECK(two.theirs.tags() == two.ours.tags());
  two.check_theirs();
  CHECK(unbundle(two.theirs, bundle).objects == 0);
}

TEST_CASE("a bundle of what is new is small, and needs what it builds on") {
  Two two;
  two.commit(3);
  unbundle(two.theirs, bundle_of(two.ours));
  const std::string known = two.versions.back().first;
  two.commit(45);
  const std::string bundle = bundle_of(two.ours, {known});
  CHECK(bundle.size() < 60'000);
  Repository empty = Repository::init(make_memory_blobs());
  CHECK(error_of([&] { unbundle(empty, bundle); }) == ErrorCode::NotFound);
  CHECK_FALSE(empty.head());
  unbundle(two.theirs, bundle);
  two.check_theirs();
}

TEST_CASE("a receiver that stores the base in another way takes deltas, too") {
  Two two;
  two.commit(20);
  unbundle(two.theirs, bundle_of(two.ours));
  // Old versions go; what is kept is stored anew, newest first.
  PruneRules rules;
  rules.keep_newest = 2;
  rules.grace = std::chrono::hours(0);
  two.ours.prune(rules);
  two.commit(2);
  unbundle(two.theirs, bundle_of(two.ours, {two.versions[19].first}));
  two.check_theirs();
}

TEST_CASE("sides that both went on are told apart; nothing is merged in silence") {
  Two two;
  two.commit(1);
  unbundle(two.theirs, bundle_of(two.ours));
  two.commit(1);
  const std::string own = commit_text(two.theirs, two.fixture, "b", "theirs").version;
  const UnbundleResult result = unbundle(two.theirs, bundle_of(two.ours));
  CHECK(result.diverged == two.versions[1].first);
  CHECK(result.head == own);
  CHECK((two.fixture.restored(two.theirs, result.diverged, "a") == two.versions[1].second));
  // Who is behind has nothing to do.
  const UnbundleResult behind = unbundle(two.ours, bundle_of(two.ours));
  CHECK(behind.diverged.empty());
  CHECK(behind.objects == 0);
}

TEST_CASE("a damaged bundle changes nothing, whatever bit it is") {
  Two two;
  two.bytes.resize(3000);
  two.commit(2);
  const std::string bundle = bundle_of(two.ours);
  for (std::size_t at = 0; at < bundle.size(); at += 41) {
    CAPTURE(at);
    std::string damaged = bundle;
    damaged[at] ^= 2;
    const ErrorCode code = error_of([&] { unbundle(two.theirs, damaged); });
    const bool is_refused = code == ErrorCode::Corrupt || code == ErrorCode::FormatTooNew;
    CHECK(is_refused);
    const ErrorCode cut = error_of([&] { unbundle(two.theirs, bundle.substr(0, at)); });
    CHECK(cut == ErrorCode::Corrupt);
  }
  CHECK(error_of([&] { unbundle(two.theirs, bundle + "x"); }) == ErrorCode::Corrupt);
  CHECK_FALSE(two.theirs.head());
}

TEST_CASE("both ways round, two repositories end with the same versions") {
  Two two;
  two.commit(4);
  unbundle(two.theirs, bundle_of(two.ours));
  const std::string last = commit_text(two.theirs, two.fixture, "b", "theirs").version;
  CHECK(unbundle(two.ours, bundle_of(two.theirs, {two.versions.back().first})).head == last);
  CHECK(two.ours.head() == two.theirs.head());
  CHECK(two.ours.log().size() == two.theirs.log().size());
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
