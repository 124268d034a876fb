#include "unit/repository/repository_fixture.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

namespace fs = std::filesystem;

struct Pair {
  RepositoryFixture fixture;
  fs::path second = fixture.folder / "second";
  std::vector<std::pair<std::string, std::string>> versions;

  Pair() {
    Repository repository = fixture.init();
    std::string bytes(300'000, 'x');
    for (int i = 0; i < 5; ++i) {
      bytes[static_cast<std::size_t>(i) * 1000] = '!';
      versions.emplace_back(commit_text(repository, fixture, "a", bytes).version, bytes);
    }
  }

  std::vector<fs::path> packs() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fixture.store / "packs")) {
      files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
  }

  void copy_store() const { fs::copy(fixture.store, second, fs::copy_options::recursive); }

  /// The same history in other packs.
  void bundle_store() const {
    Repository repository = fixture.open();
    MemorySink bundle;
    repository.bundle({}, bundle);
    MemorySource source(bundle.bytes());
    Repository::init(open_folder_blobs(second)).unbundle(source);
  }

  void check_all() {
    Repository repository = fixture.open();
    for (const auto& [version, bytes] : versions) {
      CHECK((fixture.restored(repository, version, "a") == bytes));
    }
    CHECK(repository.check(CheckDepth::Deep).problems.empty());
  }
};

void damage(const fs::path& file, std::size_t at) {
  std::string bytes = test::file_bytes(file);
  bytes[at] ^= 1;
  fs::permissions(file, fs::perms::owner_all);
  test::put_file(file, bytes);
}

TEST_SUITE_BEGIN("repository/repair");

TEST_CASE("packs that are damaged or lost are fetched by their names") {
  Pair pair;
  pair.copy_store();
  const auto packs = pair.packs();
  damage(packs[0], 40);
  damage(packs[1], fs::file_size(packs[1]) - 1);
  fs::remove(packs[2]);
  Repository repository = pair.fixture.open();
  CHECK(repository.check(CheckDepth::Fast).problems.size() >= 3);
  const RepairReport report = repository.repair(open_folder_blobs(pair.second));
  CHECK(report.repaired.size() == 3);
  CHECK(report.unrepaired.empty());
  CHECK(report.fetched_objects == 0);
  pair.check_all();
}

TEST_CASE("objects are fetched one by one where the other store has other packs") {
  for (const bool is_lost : {true, false}) {
    CAPTURE(is_lost);
    Pair pair;
    pair.bundle_store();
    for (const fs::path& pack : pair.packs()) {
      if (is_lost) {
        fs::remove(pack);
      } else {
        damage(pack, 20);
      }
    }
    Repository repository = pair.fixture.open();
    const RepairReport report = repository.repair(open_folder_blobs(pair.second));
    CHECK(report.repaired.size() == 5);
    CHECK(report.unrepaired.empty());
    CHECK(report.fetched_objects > 0);
    pair.check_all();
  }
}

TEST_CASE("what the other store has not either stays damaged, and is told") {
  Pair pair;
  Repository::init(open_folder_blobs(pair.second));
  std::filesystem::remove(pair.packs()[0]);
  Repository repository = pair.fixture.open();
  const RepairReport report = repository.repair(open_folder_blobs(pair.second));
  CHECK(report.repaired.empty());
  CHECK(report.unrepaired.size() == 1);
  CHECK_FALSE(repository.check(CheckDepth::Fast).problems.empty());
}

TEST_CASE("a healthy repository is left as it is") {
  Pair pair;
  pair.copy_store();
  Repository repository = pair.fixture.open();
  const RepairReport report = repository.repair(open_folder_blobs(pair.second));
  CHECK(report.repaired.empty());
  CHECK(report.unrepaired.empty());
  pair.check_all();
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
