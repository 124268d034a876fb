#include "unit/repository/repository_fixture.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

std::vector<std::string> paths_of(const std::vector<FileInfo>& files) {
  std::vector<std::string> paths;
  for (const FileInfo& file : files) paths.push_back(file.path);
  return paths;
}

TEST_SUITE_BEGIN("repository/commit");

TEST_CASE("a store has one repository, or none") {
  const RepositoryFixture fixture;
  CHECK(error_of([&] { fixture.open(); }) == ErrorCode::NotFound);
  fixture.init();
  CHECK(error_of([&] { fixture.init(); }) == ErrorCode::AlreadyExists);
  Repository repository = fixture.open();
  CHECK_FALSE(repository.head());
  CHECK(repository.log().empty());
  CHECK(error_of([&] { repository.resolve("HEAD"); }) == ErrorCode::NotFound);
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
}

TEST_CASE("who, when, where and what are told as they were given") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  CommitOptions options;
  options.author = "Ada Lovelace";
  options.device = "phone 7";
  options.time = Timestamp(std::chrono::seconds(1'700'000'000));
  options.message = "First day\n\nIt rained.";
  const CommitResult result = commit_text(repository, fixture, "notes/day 1.txt", "wet", options);
  CHECK(result.is_new);
  CHECK(repository.head() == result.version);
  const auto log = repository.log();
  REQUIRE(log.size() == 1);
  CHECK(log[0].id == result.version);
  CHECK(log[0].parents.empty());
  CHECK(log[0].author == "Ada Lovelace");
  CHECK(log[0].device == "phone 7");
  CHECK(log[0].time == *options.time);
  CHECK(log[0].message == "First day\n\nIt rained.");
  REQUIRE(log[0].files.size() == 1);
  CHECK(log[0].files[0].path == "notes/day 1.txt");
  CHECK(log[0].files[0].action == FileAction::Added);
  CHECK(log[0].files[0].size == 3);
}

TEST_CASE("rows that changed are counted by table, in the result, the log and the message") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::make_trees(fixture.work / "data.gpkg", 10);
  test::edit_sql(fixture.work / "data.gpkg", "CREATE TABLE roads(id INTEGER PRIMARY KEY, n TEXT)");
  repository.commit_folder(fixture.work);
  test::edit_sql(
      fixture.work / "data.gpkg",
      "INSERT INTO trees VALUES(11, 'new', 1); UPDATE trees SET height = 9 WHERE fid < 3;"
      "DELETE FROM trees WHERE fid = 5; INSERT INTO roads VALUES(1, 'a')");
  const CommitResult result = repository.commit_folder(fixture.work);
  const std::vector<ChangesetSummary::Table> tables{{"roads", 1, 0, 0}, {"trees", 1, 2, 1}};
  REQUIRE(result.files.size() == 1);
  CHECK(result.files[0].tables == tables);
  const auto log = repository.log();
  REQUIRE(log.size() == 2);
  CHECK(log[0].files[0].tables == tables);
  CHECK(log[0].message == "data.gpkg: roads 1 inserted; trees 1 inserted, 2 updated, 1 deleted");
  CHECK(log[1].message == fmt::format("data.gpkg: added, {} bytes", log[1].files[0].size));
}

TEST_CASE("a folder without changes makes no version; side files are never versioned") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::put_file(fixture.work / "a", "1");
  test::put_file(fixture.work / "sub/b", "2");
  test::put_file(fixture.work / "data.gpkg-wal", "x");
  test::put_file(fixture.work / "data.gpkg-shm", "x");
  test::put_file(fixture.work / "data.gpkg-journal", "");
  test::put_file(fixture.work / "half.part", "x");
  test::put_file(fixture.work / ".git/config", "x");
  std::filesystem::create_symlink("a", fixture.work / "link");
  const CommitResult first = repository.commit_folder(fixture.work);
  CHECK(paths_of(repository.files("HEAD")) == std::vector<std::string>{"a", "sub/b"});
  const CommitResult second = repository.commit_folder(fixture.work);
  CHECK_FALSE(second.is_new);
  CHECK(second.version == first.version);
  CHECK(second.stored_bytes == 0);
  CHECK(repository.status(fixture.work).empty());
}

TEST_CASE("status tells what commit_folder would do, for some paths or all") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  for (const char* path : {"same", "changed", "gone", "sub/gone"}) {
    test::put_file(fixture.work / path, path);
  }
  repository.commit_folder(fixture.work);
  test::put_file(fixture.work / "changed", "other");
  test::put_file(fixture.work / "sub/new", "n");
  std::filesystem::remove(fixture.work / "gone");
  std::filesystem::remove(fixture.work / "sub/gone");
  const auto text_of = [](const std::vector<StatusEntry>& entries) {
    std::string text;
    for (const StatusEntry& entry : entries) {
      text += fmt::format("{} {}\n", to_string(entry.action), entry.path);
    }
    return text;
  };
  CHECK(text_of(repository.status(fixture.work)) ==
        "changed changed\nremoved gone\nremoved sub/gone\nadded sub/new\n");
  const std::vector<std::string> sub{"sub"};
  CHECK(text_of(repository.status(fixture.work, sub)) == "removed sub/gone\nadded sub/new\n");
  repository.commit_folder(fixture.work, sub);
  CHECK(paths_of(repository.files("HEAD")) ==
        std::vector<std::string>{"changed", "gone", "same", "sub/new"});
  repository.commit_folder(fixture.work);
  CHECK(paths_of(repository.files("HEAD")) ==
        std::vector<std::string>{"changed", "same", "sub/new"});
  CHECK(repository.status(fixture.work).empty());
}

TEST_CASE("what others did to files that the folder has as in base is left alone") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  for (const char* path : {"mine", "theirs", "gone"}) test::put_file(fixture.work / path, path);
  CommitOptions options;
  options.base = repository.commit_folder(fixture.work).version;

  Repository other = fixture.open_without_cache();
  commit_text(other, fixture, "theirs", "changed by others");
  commit_text(other, fixture, "new", "made by others");
  const std::vector<std::string> gone{"gone"};
  other.commit({}, gone);
  std::filesystem::remove(fixture.work / "new");
  test::put_file(fixture.work / "theirs", "theirs");

  CHECK_FALSE(repository.commit_folder(fixture.work, {}, options).is_new);
  test::put_file(fixture.work / "mine", "changed by me");
  CHECK(repository.commit_folder(fixture.work, {}, options).is_new);
  CHECK(paths_of(repository.files("HEAD")) == std::vector<std::string>{"mine", "new", "theirs"});
  CHECK(fixture.restored(repository, "HEAD", "mine") == "changed by me");
  CHECK(fixture.restored(repository, "HEAD", "theirs") == "changed by others");

  test::put_file(fixture.work / "theirs", "changed by me");
  CHECK(error_of([&] { repository.commit_folder(fixture.work, {}, options); }) ==
        ErrorCode::HeadMoved);
  std::filesystem::remove(fixture.work / "theirs");
  CHECK(error_of([&] { repository.commit_folder(fixture.work, {}, options); }) ==
        ErrorCode::HeadMoved);
}

TEST_CASE("progress tells what is read, and stops the work without a version") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::put_file(fixture.work / "a", std::string(6'000'000, 'x'));
  CommitOptions options;
  double last = -1;
  options.progress = [&](double share) {
    CHECK(share >= last);
    last = share;
    return share < 1;
  };
  CHECK(error_of([&] { repository.commit_folder(fixture.work, {}, options); }) ==
        ErrorCode::Cancelled);
  CHECK(last == 1);
  CHECK_FALSE(repository.head());
  int calls = 0;
  options.progress = [&](double) { return ++calls < 2; };
  CHECK(error_of([&] { repository.commit_folder(fixture.work, {}, options); }) ==
        ErrorCode::Cancelled);
  options.progress = [](double) { return true; };
  CHECK(repository.commit_folder(fixture.work, {}, options).is_new);
}

TEST_CASE("a message is told without the list of files, whatever it says itself") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::put_file(fixture.work / "a", "1");
  test::put_file(fixture.work / "b", "1");
  repository.commit_folder(fixture.work);
  CHECK(repository.log()[0].message == "2 files added");
  CommitOptions options;
  options.message = "Both\n\na: is a tree\n\nb: is a road";
  commit_text(repository, fixture, "a", "2", options);
  CHECK(repository.log()[0].message == options.message);
}

TEST_CASE("identical bytes get a version only when that is asked for") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  commit_text(repository, fixture, "a", "1");
  CHECK_FALSE(commit_text(repository, fixture, "a", "1").is_new);
  CommitOptions options;
  options.keep_identical = true;
  const CommitResult again = commit_text(repository, fixture, "a", "1", options);
  CHECK(again.is_new);
  const auto log = repository.log({"a", "", {}, "", 10});
  REQUIRE(log.size() == 2);
  CHECK(log[0].files[0].action == FileAction::Same);
  CHECK(log[1].files[0].action == FileAction::Added);
}

TEST_CASE("identical content is stored once, under any name") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::mt19937_64 random(1);
  std::string bytes(600'000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  CHECK(commit_text(repository, fixture, "a", bytes).stored_bytes > 600'000);
  CHECK(commit_text(repository, fixture, "b", bytes).stored_bytes < 3'000);
  CHECK((fixture.restored(repository, "HEAD", "b") == bytes));
}

TEST_CASE("names of versions: digits, tags, steps back") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(commit_text(repository, fixture, "a", std::to_string(i)).version);
  }
  repository.tag("day-1", ids[1]);
  CHECK(repository.resolve("HEAD") == ids[3]);
  CHECK(repository.resolve("HEAD~2") == ids[1]);
  CHECK(repository.resolve(ids[2].substr(0, 8)) == ids[2]);
  CHECK(repository.resolve(ids[2]) == ids[2]);
  CHECK(repository.resolve("day-1") == ids[1]);
  CHECK(repository.resolve("day-1~1") == ids[0]);
  for (const char* bad : {"", "nothing", "HEAD~4", "HEAD~", "HEAD~x", "00000000", "abc", "HEAD~-1",
                          "0000000000000000000000000000000000000000"}) {
    CAPTURE(bad);
    CHECK(error_of([&] { repository.resolve(bad); }) == ErrorCode::NotFound);
  }
  repository.tag("day-1", ids[1]);  // the same again
  CHECK(error_of([&] { repository.tag("day-1", ids[2]); }) == ErrorCode::AlreadyExists);
  CHECK(error_of([&] { repository.tag("a b", ids[2]); }) == ErrorCode::InvalidArgument);
  const auto tags = repository.tags();
  REQUIRE(tags.size() == 1);
  CHECK(tags[0] == std::pair<std::string, std::string>("day-1", ids[1]));
  repository.remove_tag("day-1");
  CHECK(repository.tags().empty());
  CHECK(error_of([&] { repository.remove_tag("day-1"); }) == ErrorCode::NotFound);
}

TEST_CASE("the log is listed by file, by table and by row, and in parts") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const auto data = fixture.work / "data.gpkg";
  test::make_trees(data, 5);
  test::edit_sql(data, "CREATE TABLE roads(id INTEGER PRIMARY KEY, n TEXT)");
  std::vector<std::string> ids{repository.commit_folder(fixture.work).version};
  for (const char* sql :
       {"UPDATE trees SET height = 1 WHERE fid = 1", "INSERT INTO roads VALUES(1, 'x')",
        "UPDATE trees SET height = 2 WHERE fid = 2", "DELETE FROM trees WHERE fid = 1"}) {
    test::edit_sql(data, sql);
    ids.push_back(repository.commit_folder(fixture.work).version);
  }
  ids.push_back(commit_text(repository, fixture, "other", "o").version);
  const auto ids_of = [&](const LogOptions& options) {
    std::vector<std::size_t> found;
    for (const VersionInfo& version : repository.log(options)) {
      found.push_back(static_cast<std::size_t>(std::ranges::find(ids, version.id) - ids.begin()));
    }
    return found;
  };
  using Ids = std::vector<std::size_t>;
  CHECK(ids_of({}) == Ids{5, 4, 3, 2, 1, 0});
  CHECK(ids_of({"data.gpkg", "", {}, "", 100}) == Ids{4, 3, 2, 1, 0});
  CHECK(ids_of({"data.gpkg", "trees", {}, "", 100}) == Ids{4, 3, 1});
  CHECK(ids_of({"data.gpkg", "roads", {}, "", 100}) == Ids{2});
  const std::vector<Value> key{Value(ValueView::integer(1))};
  CHECK(ids_of({"data.gpkg", "trees", key, "", 100}) == Ids{4, 1});
  CHECK(ids_of({"data.gpkg", "trees", key, "", 1}) == Ids{4});
  CHECK(ids_of({"data.gpkg", "trees", key, ids[4], 100}) == Ids{1});
  CHECK(ids_of({"", "", {}, ids[2], 1}) == Ids{1});
  CHECK(ids_of({"nothing", "", {}, "", 100}).empty());
  CHECK(error_of([&] { repository.log({"", "trees", {}, "", 1}); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("files come back whole or not at all, and any part of them") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::string bytes;
  for (int i = 0; bytes.size() < 900'000; ++i) bytes += std::to_string(i) + ' ';
  const std::string first = commit_text(repository, fixture, "a", bytes).version;
  commit_text(repository, fixture, "a", "short");
  CHECK((fixture.restored(repository, first, "a") == bytes));
  CHECK(fixture.restored(repository, "HEAD", "a") == "short");
  for (const auto& [offset, length] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 1}, {262'143, 2}, {300'000, 500'000}, {899'000, 0}, {bytes.size(), 0}}) {
    MemorySink sink;
    repository.read(first, "a", offset, length, sink);
    CHECK((sink.bytes() == bytes.substr(offset, length == 0 ? std::string::npos : length)));
  }
  MemorySink sink;
  CHECK(error_of([&] { repository.read(first, "a", bytes.size(), 1, sink); }) ==
        ErrorCode::InvalidArgument);
  CHECK(error_of([&] { repository.read(first, "a", bytes.size() + 1, 0, sink); }) ==
        ErrorCode::InvalidArgument);
  CHECK(error_of([&] { repository.restore(first, "b", fixture.folder / "x"); }) ==
        ErrorCode::NotFound);
  CHECK_FALSE(std::filesystem::exists(fixture.folder / "x"));
}

TEST_CASE("a version is exported into an empty folder only") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::put_file(fixture.work / "a", "1");
  test::put_file(fixture.work / "deep/er/b", "");
  repository.commit_folder(fixture.work);
  repository.export_version("HEAD", fixture.folder / "out");
  CHECK(test::file_bytes(fixture.folder / "out/a") == "1");
  CHECK(test::file_bytes(fixture.folder / "out/deep/er/b").empty());
  CHECK(error_of([&] { repository.export_version("HEAD", fixture.folder / "out"); }) ==
        ErrorCode::AlreadyExists);
}

TEST_CASE("what cannot be committed is refused, and nothing is left of it") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  commit_text(repository, fixture, "a", "1");
  const auto commit_one = [&](const std::string& path, const std::filesystem::path& file) {
    const WorkingFile working{path, file};
    return error_of([&] { repository.commit({&working, 1}, {}); });
  };
  CHECK(commit_one("../a", fixture.work / "a") == ErrorCode::InvalidArgument);
  CHECK(commit_one(".git/config", fixture.work / "a") == ErrorCode::InvalidArgument);
  CHECK(commit_one("b", fixture.work / "missing") == ErrorCode::NotFound);
  CHECK(commit_one("b", fixture.work) == ErrorCode::Unsupported);
  CHECK(commit_one("a/b", fixture.work / "a") == ErrorCode::InvalidArgument);
  const std::vector<std::string> removed{"nothing"};
  CHECK(error_of([&] { repository.commit({}, removed); }) == ErrorCode::NotFound);
  const WorkingFile twice[] = {{"b", fixture.work / "a"}, {"b", fixture.work / "a"}};
  CHECK(error_of([&] { repository.commit(twice, {}); }) == ErrorCode::InvalidArgument);
  CHECK(repository.log().size() == 1);
  CHECK(repository.check(CheckDepth::Deep).problems.empty());
}

TEST_CASE("a file that somebody else changed since the base is not overwritten") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  const std::string base = commit_text(repository, fixture, "a", "1").version;
  commit_text(repository, fixture, "a", "2");
  CommitOptions options;
  options.base = base;
  CHECK(error_of([&] { commit_text(repository, fixture, "a", "3", options); }) ==
        ErrorCode::HeadMoved);
  CHECK(commit_text(repository, fixture, "b", "3", options).is_new);
  CHECK(fixture.restored(repository, "HEAD", "a") == "2");
}

TEST_CASE("a commit costs four fsyncs' worth of blobs: one pack and one root") {
  const RepositoryFixture fixture;
  fixture.init();
  auto counting = std::make_shared<test::CountingBlobs>(open_folder_blobs(fixture.store));
  Repository repository = Repository::open(counting, {fixture.cache});
  commit_text(repository, fixture, "a", "1");
  counting->creates = counting->lists = 0;
  commit_text(repository, fixture, "a", "2");
  CHECK(counting->creates == 2);
  CHECK(counting->lists == 0);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
