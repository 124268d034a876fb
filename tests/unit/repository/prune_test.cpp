#include "unit/repository/repository_fixture.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

namespace fs = std::filesystem;

std::uintmax_t bytes_in(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) bytes += entry.file_size();
  return bytes;
}

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

bool is_restorable(const RepositoryFixture& fixture, Repository& repository,
                   const std::string& version, const std::string& path, const std::string& bytes) {
  try {
    return fixture.restored(repository, version, path) == bytes;
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::NotFound);
    return false;
  }
}

PruneRules rules_of(std::uint32_t newest, int grace_hours = 0) {
  PruneRules rules;
  rules.keep_newest = newest;
  rules.grace = std::chrono::hours(grace_hours);
  return rules;
}

TEST_SUITE_BEGIN("repository/prune");

TEST_CASE("what rules keep is there, what they give up is not, and the preview told both") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const RepositoryFixture fixture;
    const std::shared_ptr<BlobStore> store = make_memory_blobs();
    Repository repository = Repository::init(store, {fixture.cache});
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> versions;
    std::map<std::string, std::string> now;
    for (int i = 0; i < 40; ++i) {
      const std::string path(1, static_cast<char>('a' + random() % 2));
      std::string& bytes = now[path];
      if (bytes.empty() || random() % 8 == 0) bytes = random_bytes(random, 400'000);
      for (int edit = 0; edit < 5; ++edit) bytes[random() % bytes.size()] ^= 1;
      versions[path].emplace_back(commit_text(repository, fixture, path, bytes).version, bytes);
    }
    const std::string tagged = versions["a"][1].first;
    repository.tag("kept", tagged);
    const auto tagged_files = repository.files("kept");

    PruneRules rules = rules_of(3);
    rules.preview = true;
    const PruneReport preview = repository.prune(rules);
    CHECK(preview.dead_bytes > 0);
    for (const auto& [path, list] : versions) {
      for (const auto& [version, bytes] : list) {
        CHECK(is_restorable(fixture, repository, version, path, bytes));
      }
    }
    const PruneReport report = repository.prune(rules_of(3));
    std::set<std::pair<std::string, std::string>> pruned;
    for (const PrunedVersion& version : report.pruned)
      pruned.emplace(version.path, version.version);
    CHECK(report.pruned.size() == preview.pruned.size());
    for (const auto& [path, list] : versions) {
      for (std::size_t i = 0; i < list.size(); ++i) {
        CAPTURE(i);
        const auto& [version, bytes] = list[i];
        const bool is_kept = is_restorable(fixture, repository, version, path, bytes);
        CHECK(is_kept == !pruned.contains({path, version}));
        if (i + 3 >= list.size()) CHECK(is_kept);
      }
    }
    for (const FileInfo& file : tagged_files) {
      CHECK(fixture.restored(repository, "kept", file.path).size() == file.size);
    }
    CHECK(repository.log({"", "", {}, "", 1000}).size() == 40);
    CHECK(repository.check(CheckDepth::Deep).problems.empty());
    Repository fresh = Repository::open(store);
    CHECK(fresh.check(CheckDepth::Deep).problems.empty());
    // And on it goes.
    const std::string bytes = now["a"] + "!";
    CHECK((fixture.restored(fresh, commit_text(fresh, fixture, "a", bytes).version, "a") == bytes));
    CHECK(repository.prune(rules_of(3)).pruned.size() == 1);
  }
}

TEST_CASE("room is freed once the time of grace is over") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::mt19937_64 random(1);
  for (int i = 0; i < 8; ++i) {
    commit_text(repository, fixture, "a", random_bytes(random, 300'000));
  }
  const std::uintmax_t before = bytes_in(fixture.store / "packs");
  CHECK(repository.prune(rules_of(1, 24)).removed_packs == 0);
  CHECK(bytes_in(fixture.store / "packs") >= before);
  // Who opened before still reads: the packs of older roots are there.
  const PruneReport report = repository.prune(rules_of(1, 0));
  CHECK(report.removed_packs > 0);
  CHECK(bytes_in(fixture.store / "packs") < 320'000);
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
}

TEST_CASE("packs without a root are removed when they are old enough, roots are kept") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  commit_text(repository, fixture, "a", "1");
  const fs::path orphan = fixture.store / ("packs/" + std::string(64, 'a') + ".pack");
  test::put_file(orphan, "half");
  test::put_file(fixture.store / "packs/readme", "of somebody else");
  repository.prune(rules_of(1, 24));
  CHECK(fs::exists(orphan));
  CHECK(repository.prune(rules_of(1, 0)).removed_packs == 1);
  CHECK_FALSE(fs::exists(orphan));
  CHECK(fs::exists(fixture.store / "packs/readme"));
  CHECK(fs::exists(fixture.store / "roots/00000000000000000001"));
}

TEST_CASE("young versions are kept by their time") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const Timestamp now = std::chrono::system_clock::now();
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    CommitOptions options;
    options.time = now - std::chrono::hours(24) * (6 - i);
    ids.push_back(commit_text(repository, fixture, "a", std::to_string(i), options).version);
  }
  PruneRules rules = rules_of(1);
  rules.keep_days = 3;
  rules.now = now - std::chrono::hours(1);
  const PruneReport report = repository.prune(rules);
  std::set<std::string> pruned;
  for (const PrunedVersion& version : report.pruned) pruned.insert(version.version);
  CHECK(pruned == std::set<std::string>(ids.begin(), ids.begin() + 3));
}

TEST_CASE("a damaged piece of what is kept stops it, and nothing is removed") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::mt19937_64 random(1);
  const std::string kept = random_bytes(random, 300'000);
  commit_text(repository, fixture, "a", "old");
  // Old and kept content in one pack.
  test::put_file(fixture.work / "a", "new");
  test::put_file(fixture.work / "b", kept);
  repository.commit_folder(fixture.work);
  commit_text(repository, fixture, "a", "newest");
  std::size_t damaged = 0;
  for (const auto& entry : fs::directory_iterator(fixture.store / "packs")) {
    if (entry.file_size() < 300'000) continue;
    std::string bytes = test::file_bytes(entry.path());
    bytes[100'000] ^= 1;
    fs::permissions(entry.path(), fs::perms::owner_all);
    test::put_file(entry.path(), bytes);
    ++damaged;
  }
  REQUIRE(damaged == 1);
  const std::uintmax_t before = bytes_in(fixture.store / "packs");
  Repository fresh = fixture.open_without_cache();
  CHECK(error_of([&] { fresh.prune(rules_of(1)); }) == ErrorCode::Corrupt);
  CHECK(bytes_in(fixture.store / "packs") == before);
}

TEST_CASE("who commits while old versions are given up loses nothing") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  Repository other = fixture.open_without_cache();
  std::mt19937_64 random(5);
  std::string bytes = random_bytes(random, 600'000);
  std::vector<std::pair<std::string, std::string>> versions;
  for (int i = 0; i < 30; ++i) {
    Repository& writer = i % 2 == 0 ? repository : other;
    for (int edit = 0; edit < 3; ++edit) bytes[random() % bytes.size()] ^= 1;
    versions.emplace_back(commit_text(writer, fixture, "a", bytes).version, bytes);
    if (i % 5 == 4) (i % 2 == 0 ? other : repository).prune(rules_of(2));
  }
  for (std::size_t i = versions.size() - 2; i < versions.size(); ++i) {
    CHECK((fixture.restored(other, versions[i].first, "a") == versions[i].second));
  }
  CHECK(other.check(CheckDepth::Deep).problems.empty());
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
