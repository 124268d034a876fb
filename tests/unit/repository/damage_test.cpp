// Caches that are lost or damaged, and stores that are.

#include "base/digest.hpp"
#include "unit/repository/repository_fixture.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

namespace fs = std::filesystem;

struct Filled {
  RepositoryFixture fixture;
  std::vector<std::pair<std::string, std::string>> versions;

  explicit Filled(int count = 6) {
    Repository repository = fixture.init();
    std::string bytes(300'000, 'x');
    for (int i = 0; i < count; ++i) {
      bytes[static_cast<std::size_t>(i) * 1000] = '!';
      versions.emplace_back(commit_text(repository, fixture, "a", bytes).version, bytes);
    }
  }

  void check_all(Repository& repository) {
    CHECK(repository.log().size() == versions.size());
    for (const auto& [version, bytes] : versions) {
      CHECK((fixture.restored(repository, version, "a") == bytes));
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
};

void flip(const fs::path& file, std::size_t at, char bit = 1) {
  std::string bytes = test::file_bytes(file);
  bytes[at] = static_cast<char>(bytes[at] ^ bit);
  fs::permissions(file, fs::perms::owner_all);
  test::put_file(file, bytes);
}

TEST_SUITE_BEGIN("repository/damage");

TEST_CASE("index and git repository that are lost or damaged are built again") {
  Filled filled;
  const auto damage = [&](int how) {
    const fs::path index = filled.fixture.cache / "index.db";
    switch (how) {
      case 0:
        fs::remove_all(filled.fixture.cache);
        break;
      case 1:
        test::put_file(index, "no database");
        break;
      case 2:
        fs::remove(index.string() + "-wal");
        fs::resize_file(index, fs::file_size(index) / 2);
        break;
      case 3: {
        std::string bytes = test::file_bytes(index);
        for (std::size_t at = 4096; at < bytes.size(); at += 4096) bytes[at] = '?';
        test::put_file(index, bytes);
        break;
      }
      case 4:
        test::edit_sql(index, "DROP TABLE object");
        break;
      case 5:
        fs::remove_all(filled.fixture.cache / "git");
        break;
      case 6:
        fs::remove_all(filled.fixture.cache / "git/objects");
        break;
      default:
        test::edit_sql(index, "UPDATE object SET offset = offset + 1");
    }
  };
  for (int how = 0; how < 8; ++how) {
    CAPTURE(how);
    damage(how);
    Repository repository = filled.fixture.open();
    filled.check_all(repository);
    CHECK(repository.check(CheckDepth::Deep).problems.empty());
    CHECK(fs::exists(filled.fixture.cache / "git/refs/heads/main"));
    const std::string bytes = "new " + std::to_string(how);
    filled.versions.emplace_back(commit_text(repository, filled.fixture, "a", bytes).version,
                                 bytes);
  }
}

TEST_CASE("the cache of another store is not believed") {
  Filled one;
  Filled two(4);
  fs::remove_all(one.fixture.cache);
  fs::copy(two.fixture.cache, one.fixture.cache, fs::copy_options::recursive);
  Repository repository = one.fixture.open();
  one.check_all(repository);
}

TEST_CASE("every flipped byte of every pack is found by the fast check, and the pack is named") {
  Filled filled(2);
  for (const fs::path& pack : filled.packs()) {
    const std::size_t size = fs::file_size(pack);
    for (std::size_t at = 0; at < size; at += std::max<std::size_t>(1, size / 40)) {
      CAPTURE(at);
      flip(pack, at);
      Repository repository = filled.fixture.open_without_cache();
      const CheckReport report = repository.check(CheckDepth::Fast);
      const bool is_named = std::ranges::any_of(report.problems, [&](const CheckProblem& problem) {
        return problem.name == "packs/" + pack.filename().string();
      });
      CHECK(is_named);
      flip(pack, at);
    }
  }
  Repository repository = filled.fixture.open();
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
}

TEST_CASE("a lost pack takes its versions along, tells which, and leaves the others") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const std::string good = commit_text(repository, fixture, "good", "1").version;
  std::vector<fs::path> before;
  for (const auto& entry : fs::directory_iterator(fixture.store / "packs")) {
    before.push_back(entry.path());
  }
  const std::string bad = commit_text(repository, fixture, "bad", "2").version;
  const std::string later = commit_text(repository, fixture, "later", "3").version;
  for (const auto& entry : fs::directory_iterator(fixture.store / "packs")) {
    // The pack with the content of "bad": neither the first nor that of "later".
    if (std::ranges::count(before, entry.path()) != 0) continue;
    const std::string bytes = test::file_bytes(entry.path());
    if (bytes.find(base::sha256_hex("2")) == std::string::npos) {
      flip(entry.path(), 20);
      Repository damaged = fixture.open_without_cache();
      const bool is_bad =
          error_of([&] { fixture.restored(damaged, "HEAD", "bad"); }) != ErrorCode{0};
      flip(entry.path(), 20);
      if (is_bad) {
        fs::remove(entry.path());
        break;
      }
    }
  }
  Repository damaged = fixture.open_without_cache();
  CHECK(fixture.restored(damaged, good, "good") == "1");
  const CheckReport report = damaged.check(CheckDepth::Fast);
  CHECK_FALSE(report.problems.empty());
  CHECK(error_of([&] { damaged.log(); }) == ErrorCode::Corrupt);
}

TEST_CASE("a damaged newest root is an error, not an empty repository") {
  Filled filled;
  std::vector<fs::path> roots;
  for (const auto& entry : fs::directory_iterator(filled.fixture.store / "roots")) {
    roots.push_back(entry.path());
  }
  std::ranges::sort(roots);
  flip(roots.back(), 30);
  CHECK(error_of([&] { filled.fixture.open(); }) == ErrorCode::Corrupt);
  CHECK(error_of([&] { filled.fixture.open_without_cache(); }) == ErrorCode::Corrupt);
}

TEST_CASE("orphan packs and foreign files in the store do no harm") {
  Filled filled;
  test::put_file(filled.fixture.store / "packs/readme.txt", "hello");
  test::put_file(filled.fixture.store / "roots/zzz", "hello");
  test::put_file(filled.fixture.store / ("packs/" + std::string(64, 'a') + ".pack"), "half");
  Repository repository = filled.fixture.open_without_cache();
  filled.check_all(repository);
  CHECK(repository.check(CheckDepth::Fast).problems.empty());
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
