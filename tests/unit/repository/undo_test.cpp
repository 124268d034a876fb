#include <qfcsync/extract.hpp>

#include "unit/repository/repository_fixture.hpp"

#include <doctest/doctest.h>

namespace qfcsync {
namespace {

using test::commit_text;
using test::error_of;
using test::RepositoryFixture;

constexpr const char* kData = "data.gpkg";

struct Edited {
  RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::filesystem::path data = fixture.work / kData;

  Edited() {
    test::make_trees(data, 20);
    test::edit_sql(data, "CREATE TABLE roads(id INTEGER PRIMARY KEY, n TEXT)");
    repository.commit_folder(fixture.work);
  }
  std::string edit(const std::string& sql) {
    test::edit_sql(data, sql);
    return repository.commit_folder(fixture.work).version;
  }
  /// Rows in which the newest version differs from the working file.
  std::uint64_t differences() {
    const auto restored = fixture.folder / "restored.gpkg";
    repository.restore("HEAD", kData, restored);
    CHECK(test::integrity(restored) == "ok");
    MemorySink sink;
    return extract(data, restored, sink).summary.changes();
  }
};

TEST_SUITE_BEGIN("repository/undo");

TEST_CASE("the newest version is taken back byte for byte") {
  Edited edited;
  const std::string before = test::file_bytes(edited.data);
  const std::string version = edited.edit("DELETE FROM trees");
  const UndoResult result = edited.repository.undo(version);
  CHECK(result.is_done);
  CHECK(result.commit.is_new);
  CHECK((edited.fixture.restored(edited.repository, "HEAD", kData) == before));
  CHECK(edited.repository.log()[0].message.starts_with("Undo of version " + version.substr(0, 8)));
}

TEST_CASE("rows that nobody touched since get their old values, others stay as they are now") {
  Edited edited;
  const std::string version =
      edited.edit("UPDATE trees SET height = 100 WHERE fid < 4; INSERT INTO roads VALUES(1, 'x')");
  edited.edit("UPDATE trees SET name = 'later' WHERE fid = 9");
  CHECK(edited.repository.undo(version).is_done);
  test::edit_sql(edited.data,
                 "UPDATE trees SET height = fid * 0.5 WHERE fid < 4; DELETE FROM roads");
  CHECK(edited.differences() == 0);
}

TEST_CASE("one table, or one row, is taken back alone") {
  Edited edited;
  const std::string version =
      edited.edit("UPDATE trees SET height = 100 WHERE fid < 4; INSERT INTO roads VALUES(1, 'x')");
  UndoOptions options;
  options.path = kData;
  options.table = "trees";
  options.key = {Value(ValueView::integer(2))};
  CHECK(edited.repository.undo(version, options).is_done);
  test::edit_sql(edited.data, "UPDATE trees SET height = 1 WHERE fid = 2");
  CHECK(edited.differences() == 0);
  options.key.clear();
  options.table = "roads";
  CHECK(edited.repository.undo(version, options).is_done);
  test::edit_sql(edited.data, "DELETE FROM roads");
  CHECK(edited.differences() == 0);
  // The rest of the table has to be as the version left it.
  options.table = "trees";
  CHECK_FALSE(edited.repository.undo(version, options).is_done);
}

TEST_CASE("what was changed since is a conflict, and nothing is changed") {
  Edited edited;
  const std::string version = edited.edit("UPDATE trees SET height = 100 WHERE fid = 4");
  const std::string head = edited.edit("UPDATE trees SET height = 200 WHERE fid = 4");
  const UndoResult result = edited.repository.undo(version);
  CHECK_FALSE(result.is_done);
  REQUIRE(result.conflicts.size() == 1);
  CHECK(result.conflicts[0].path == kData);
  CHECK(result.conflicts[0].text.find("trees") != std::string::npos);
  CHECK(edited.repository.head() == head);
}

TEST_CASE("files that came, changed or went are taken back") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::put_file(fixture.work / "changed", "1");
  test::put_file(fixture.work / "gone", "2");
  repository.commit_folder(fixture.work);
  test::put_file(fixture.work / "changed", "11");
  test::put_file(fixture.work / "new", "3");
  std::filesystem::remove(fixture.work / "gone");
  const std::string version = repository.commit_folder(fixture.work).version;
  commit_text(repository, fixture, "other", "o");
  CHECK(repository.undo(version).is_done);
  CHECK(fixture.restored(repository, "HEAD", "changed") == "1");
  CHECK(fixture.restored(repository, "HEAD", "gone") == "2");
  CHECK(repository.files("HEAD").size() == 3);
  commit_text(repository, fixture, "changed", "111");
  CHECK_FALSE(repository.undo(version).is_done);
}

TEST_CASE("what a version did not do cannot be taken back") {
  Edited edited;
  const std::string version = edited.edit("UPDATE trees SET height = 100 WHERE fid = 4");
  UndoOptions options;
  options.path = "nothing";
  CHECK(error_of([&] { edited.repository.undo(version, options); }) == ErrorCode::NotFound);
  options.path = kData;
  options.table = "roads";
  CHECK(error_of([&] { edited.repository.undo(version, options); }) == ErrorCode::NotFound);
  options.path.clear();
  CHECK(error_of([&] { edited.repository.undo(version, options); }) == ErrorCode::InvalidArgument);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
