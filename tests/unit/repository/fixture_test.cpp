// A store that an earlier program wrote stays readable; tests/fixtures/repository.

#include "unit/repository/repository_fixture.hpp"

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::RepositoryFixture;

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("repository/fixture");

TEST_CASE("versions of the first format are listed, compared and restored, and go on") {
  const RepositoryFixture fixture;
  const fs::path stored = fs::path(QFCSYNC_FIXTURES) / "repository";
  fs::create_directories(fixture.store);
  for (const char* folder : {"roots", "packs"}) {
    fs::copy(stored / folder, fixture.store / folder, fs::copy_options::recursive);
  }
  Repository repository = fixture.open();
  const auto log = repository.log();
  REQUIRE(log.size() == 3);
  CHECK(log[0].id == "d56fa2a7223703e9cf439d1b7d9f65a7ac4dc9e9");
  CHECK(log[1].id == "b5eeffbd405f0750b30c0a065a0155ccbf84f191");
  CHECK(log[2].id == "ab675ea6162dbacd3038c2208e629cdeaf832af8");
  CHECK(repository.resolve("day-2") == log[1].id);
  CHECK(log[1].author == "Ada");
  CHECK(log[1].device == "phone");
  CHECK(log[1].message == "Second day");
  REQUIRE(log[1].files.size() == 2);
  CHECK(log[1].files[0].tables == std::vector<ChangesetSummary::Table>{{"trees", 1, 1, 0}});
  const auto files = repository.files(log[1].id);
  REQUIRE(files.size() == 3);
  CHECK(files[0].sha256 == "c94e7d8e26196eb287f830490e1946e1c7c2f927fe1e0dfcbf6eacf3b542740f");
  CHECK(files[2].sha256 == "1f5e9275876cb04a23f709600f7a606032ebfd6da7b0ba7f124da3f18fbb1e7d");
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
  MemorySink changes;
  CHECK(repository.diff("HEAD~2", "HEAD", "data.gpkg", changes).source == DiffSource::Stored);
  FileSource bundle(stored / "last.bundle");
  CHECK(repository.unbundle(bundle).objects == 0);
  test::commit_text(repository, fixture, "notes.txt", "new");
  CHECK(repository.log().size() == 4);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
