// The history as plain git sees it.

#include "unit/repository/repository_fixture.hpp"

#include <cstdio>

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::RepositoryFixture;

struct Run {
  int status = -1;
  std::string output;
};

Run run(const std::string& command) {
  Run result;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
    result.output.append(buffer, count);
  }
  result.status = ::pclose(pipe);
  return result;
}

std::string git(const RepositoryFixture& fixture, const std::string& arguments) {
  const Run result = run("git -c safe.directory='*' --git-dir='" +
                         (fixture.cache / "git").string() + "' " + arguments);
  CAPTURE(result.output);
  CHECK(result.status == 0);
  return result.output;
}

TEST_SUITE_BEGIN("repository/git");

TEST_CASE("log, show, fsck and clone work on the history") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  CommitOptions options;
  options.author = "Ada Lovelace";
  options.device = "phone 7";
  options.time = Timestamp(std::chrono::seconds(1'700'000'000));
  test::make_trees(fixture.work / "data.gpkg", 10);
  test::put_file(fixture.work / "DCIM/photo.jpg", "jpg");
  test::put_file(fixture.work / "empty", "");
  repository.commit_folder(fixture.work, {}, options);
  test::edit_sql(fixture.work / "data.gpkg", "DELETE FROM trees WHERE fid < 4");
  const std::string second = repository.commit_folder(fixture.work, {}, options).version;
  repository.tag("day-2", second);
  std::filesystem::remove(fixture.work / "empty");
  repository.commit_folder(fixture.work, {}, options);

  CHECK(git(fixture, "log --format=%s") ==
        "empty: removed\ndata.gpkg: trees 3 deleted\n3 files added\n");
  CHECK(git(fixture, "log -1 --format='%an|%ae|%at|%H' day-2") ==
        "Ada Lovelace|phone 7|1700000000|" + second + "\n");
  CHECK(git(fixture, "log -1 --format='%(trailers:key=Path,valueonly)' day-2") == "data.gpkg\n\n");
  const std::string shown = git(fixture, "show --stat day-2");
  CAPTURE(shown);
  CHECK(shown.find("data.gpkg | 2 +-") != std::string::npos);
  CHECK(git(fixture, "fsck --strict --full").find("error") == std::string::npos);
  CHECK(git(fixture, "show day-2:empty").empty());
  CHECK(git(fixture, "show day-2:DCIM/photo.jpg").find("size 3\n") != std::string::npos);
  const std::filesystem::path clone = fixture.folder / "clone";
  const Run cloned = run("GIT_LFS_SKIP_SMUDGE=1 git -c safe.directory='*' clone -q '" +
                         (fixture.cache / "git").string() + "' '" + clone.string() + "'");
  CAPTURE(cloned.output);
  CHECK(cloned.status == 0);
  CHECK(test::file_bytes(clone / "DCIM/photo.jpg").ends_with("\nsize 3\n"));
  CHECK(run("git -C '" + clone.string() + "' log --oneline | wc -l").output == "3\n");
}

TEST_CASE("many loose objects are put into packs, and git still reads all") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::vector<WorkingFile> files;
  for (int i = 0; i < 2400; ++i) {
    const std::string path = "f" + std::to_string(i);
    test::put_file(fixture.work / path, path);
    files.push_back({path, fixture.work / path});
  }
  repository.commit(files, {});
  commit_text(repository, fixture, "last", "1");
  CHECK(git(fixture, "fsck --strict").find("error") == std::string::npos);
  CHECK(git(fixture, "count-objects -v").find("packs: 1\n") != std::string::npos);
  CHECK(git(fixture, "ls-tree -r HEAD | wc -l") == "2402\n");
}

TEST_CASE("commits of a gc by hand and stale refs do no harm") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  commit_text(repository, fixture, "a", "1");
  repository.tag("old", "HEAD");
  git(fixture, "gc -q");
  repository.remove_tag("old");
  const std::string version = commit_text(repository, fixture, "a", "2").version;
  CHECK(git(fixture, "tag").empty());
  CHECK(git(fixture, "rev-parse HEAD") == version + "\n");
  CHECK(git(fixture, "fsck --strict").find("error") == std::string::npos);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
