#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/extract.hpp>

#include "unit/repository/repository_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace qfcsync {
namespace {

using test::error_of;
using test::RepositoryFixture;

constexpr const char* kData = "data.gpkg";

struct Edited {
  RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::vector<std::string> ids;
  std::filesystem::path data = fixture.work / kData;

  Edited() {
    test::make_trees(data, 50);
    commit();
  }
  void edit(const std::string& sql) {
    test::edit_sql(data, sql);
    commit();
  }
  void commit() { ids.push_back(repository.commit_folder(fixture.work).version); }

  DiffResult diff(std::size_t from, std::size_t to, std::string& changeset) {
    MemorySink sink;
    DiffResult result = repository.diff(ids[from], ids[to], kData, sink);
    changeset = sink.take();
    return result;
  }

  /// Whether a changeset leads from one version to the other.
  bool leads(std::size_t from, std::size_t to, const std::string& changeset) {
    const auto base = fixture.folder / "base.gpkg";
    const auto wanted = fixture.folder / "wanted.gpkg";
    repository.restore(ids[from], kData, base);
    repository.restore(ids[to], kData, wanted);
    MemorySource source(changeset);
    if (!changeset.empty() && !apply_changeset(base, source).is_applied) return false;
    MemorySink rest;
    return extract(base, wanted, rest).summary.changes() == 0;
  }
};

TEST_SUITE_BEGIN("repository/diff");

TEST_CASE("changes between any two versions lead from one to the other, without restoring files") {
  Edited edited;
  edited.edit("UPDATE trees SET height = 1 WHERE fid = 1");
  edited.edit("UPDATE trees SET height = 2 WHERE fid = 1; INSERT INTO trees VALUES(99, 'x', 1)");
  edited.edit("DELETE FROM trees WHERE fid IN (1, 2, 99)");
  edited.edit("VACUUM");
  edited.edit("INSERT INTO trees VALUES(1, 'again', 3)");
  for (std::size_t from = 0; from < edited.ids.size(); ++from) {
    for (std::size_t to = 0; to < edited.ids.size(); ++to) {
      CAPTURE(from);
      CAPTURE(to);
      std::string changeset;
      const DiffResult result = edited.diff(from, to, changeset);
      CHECK(result.source == (from == to ? DiffSource::Equal : DiffSource::Stored));
      CHECK(edited.leads(from, to, changeset));
      MemorySource source(changeset);
      CHECK(result.summary.tables == summarize(source).tables);
    }
  }
}

TEST_CASE("where commits stored no change, the files are compared") {
  Edited edited;
  edited.edit("ALTER TABLE trees ADD COLUMN age INTEGER");
  edited.edit("UPDATE trees SET height = 7 WHERE fid = 3");
  std::string changeset;
  const DiffResult schema = edited.diff(0, 1, changeset);
  CHECK(schema.source == DiffSource::Files);
  REQUIRE(schema.schema_operations.size() == 1);
  CHECK(schema.schema_operations[0].kind == SchemaOperation::Kind::AddColumn);
  CHECK(edited.diff(1, 2, changeset).source == DiffSource::Stored);
  CHECK(edited.leads(1, 2, changeset));
  CHECK(edited.diff(0, 2, changeset).source == DiffSource::Files);
  CommitOptions options;
  options.with_changes = false;
  test::edit_sql(edited.data, "DELETE FROM trees WHERE fid = 9");
  edited.ids.push_back(edited.repository.commit_folder(edited.fixture.work, {}, options).version);
  CHECK(edited.diff(2, 3, changeset).source == DiffSource::Files);
  CHECK(edited.leads(2, 3, changeset));
}

TEST_CASE("a file that went and came back is compared as it was") {
  Edited edited;
  const std::string bytes = test::file_bytes(edited.data);
  std::filesystem::remove(edited.data);
  edited.commit();
  test::put_file(edited.data, bytes);
  test::edit_sql(edited.data, "DELETE FROM trees WHERE fid = 9");
  edited.commit();
  std::string changeset;
  CHECK(edited.diff(0, 2, changeset).source == DiffSource::Files);
  CHECK(edited.leads(0, 2, changeset));
  CHECK(error_of([&] { edited.diff(0, 1, changeset); }) == ErrorCode::NotFound);
}

TEST_CASE("rows of other files cannot be told; files that differ can") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  test::put_file(fixture.work / "a", "1");
  test::put_file(fixture.work / "b", "1");
  const std::string one = repository.commit_folder(fixture.work).version;
  test::put_file(fixture.work / "a", "22");
  test::put_file(fixture.work / "c", "3");
  std::filesystem::remove(fixture.work / "b");
  const std::string two = repository.commit_folder(fixture.work).version;
  MemorySink sink;
  CHECK(error_of([&] { repository.diff(one, two, "a", sink); }) == ErrorCode::Unsupported);
  std::string text;
  for (const FileChange& change : repository.diff_files(one, two)) {
    text += fmt::format("{} {} {}\n", change.path, to_string(change.action), change.size);
  }
  CHECK(text == "a changed 2\nb removed 0\nc added 1\n");
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync
