#include "extract/raw_compare.hpp"

#include <qfcsync/error.hpp>

#include "raw_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using test::RawRun;
using test::TestDatabase;

namespace {

constexpr ExtractMethod kMethods[] = {ExtractMethod::Leaves, ExtractMethod::Pages,
                                      ExtractMethod::Auto};

const char* const kRows =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
    "INSERT INTO t SELECT i, 'row ' || i, i * 0.5 FROM n;";

/// A base file, an edited copy, and what their comparison says.
class RawFixture {
 public:
  explicit RawFixture(const std::string& sql,
                      const std::string& table = "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)") {
    TestDatabase db(base_path_);
    db.run("PRAGMA page_size = 1024;" + table + ";" + sql);
    base_root_ = root_of(db);
  }

  void edit(const std::string& sql) {
    std::filesystem::copy_file(base_path_, modified_path_);
    TestDatabase db(modified_path_);
    db.run(sql);
    modified_root_ = root_of(db);
  }

  RawRun run(std::size_t columns = 3) const {
    RawRun result{"t", base_root_, modified_root_, {}};
    for (std::size_t i = 0; i < columns; ++i) {
      extraction::RawColumn column;
      column.field = i;
      column.is_rowid = i == 0;
      result.columns.push_back(column);
    }
    return result;
  }

  std::vector<std::string> calls(ExtractMethod method) {
    test::MemoryPages base(base_path_);
    test::MemoryPages modified(modified_path_);
    return run().compare(base, modified, method).calls;
  }

  test::MemoryPages base() const { return test::MemoryPages(base_path_); }
  test::MemoryPages modified() const { return test::MemoryPages(modified_path_); }

 private:
  static std::uint32_t root_of(TestDatabase& db) {
    return static_cast<std::uint32_t>(
        db.number("SELECT rootpage FROM sqlite_schema WHERE name = 't'"));
  }

  test::TemporaryFolder folder_;
  std::filesystem::path base_path_ = folder_ / "base.db";
  std::filesystem::path modified_path_ = folder_ / "modified.db";
  std::uint32_t base_root_ = 0;
  std::uint32_t modified_root_ = 0;
};

std::string row_of(int id) {
  const std::string text = fmt::format("row {}", id);
  return test::print_row(
      {ValueView::integer(id), ValueView::text(text), ValueView::real(id * 0.5)});
}

}  // namespace

TEST_SUITE_BEGIN("extract/raw_compare");

TEST_CASE("inserts, deletes and updates come in the order of rowids") {
  RawFixture files(kRows);
  files.edit(
      "DELETE FROM t WHERE id = 1000; INSERT INTO t VALUES (-5, 'row -5', -2.5), (3000, 'row "
      "3000', "
      "1500.0); UPDATE t SET a = 'row 7' WHERE id = 500");
  const std::string changed =
      test::print_row({ValueView::integer(500), ValueView::text("row 7"), ValueView::real(250.0)});
  const std::vector<std::string> expected = {"+ " + row_of(-5),
                                             "~ " + row_of(500) + " => " + changed,
                                             "- " + row_of(1000), "+ " + row_of(3000)};
  for (const ExtractMethod method : kMethods) CHECK(files.calls(method) == expected);
}

TEST_CASE("empty tables on either side are tables") {
  RawFixture files("");
  files.edit("INSERT INTO t VALUES (1, 'row 1', 0.5)");
  for (const ExtractMethod method : kMethods) {
    CHECK(files.calls(method) == std::vector{"+ " + row_of(1)});
  }
  RawFixture emptied("INSERT INTO t VALUES (1, 'row 1', 0.5)");
  emptied.edit("DELETE FROM t");
  for (const ExtractMethod method : kMethods) {
    CHECK(emptied.calls(method) == std::vector{"- " + row_of(1)});
  }
}

TEST_CASE("an edit is seen that changed overflow pages only") {
  RawFixture files("INSERT INTO t VALUES (1, zeroblob(5000), 'x'), (2, zeroblob(900), 'x')");
  // The last byte lies in the last overflow page; the row keeps its size and the leaf its bytes.
  files.edit("UPDATE t SET a = cast(zeroblob(4999) || x'01' AS BLOB) WHERE id = 1");
  auto base = files.base();
  auto modified = files.modified();
  const std::size_t leaf = std::size_t{files.run().base_root - 1} * 1024;
  REQUIRE(base.bytes().substr(leaf, 1024) == modified.bytes().substr(leaf, 1024));
  for (const ExtractMethod method : kMethods) CHECK(files.calls(method).size() == 1);
  CHECK(files.run().compare_with_manifest(base, modified).calls.size() == 1);
}

TEST_CASE("a vacuumed copy with another page size holds no change") {
  RawFixture files(kRows);
  files.edit("DELETE FROM t WHERE id % 2; PRAGMA page_size = 8192; VACUUM");
  for (const ExtractMethod method : kMethods) {
    const auto calls = files.calls(method);
    REQUIRE(calls.size() == 1000);
    CHECK(calls[0] == "- " + row_of(1));
    CHECK(calls[999] == "- " + row_of(1999));
  }
}

TEST_CASE("rows that are shorter than the table take the default, also where pages differ") {
  RawFixture files(kRows);
  files.edit("ALTER TABLE t ADD COLUMN c REAL DEFAULT 3; UPDATE t SET c = 3 WHERE id = 9");
  RawRun run = files.run(4);
  run.columns[3].has_real_affinity = true;
  run.columns[3].missing = Value(ValueView::real(3));
  auto base = files.base();
  auto modified = files.modified();
  const auto sink = run.compare(base, modified, ExtractMethod::Auto);
  CHECK(sink.calls.size() == 1);  // the bytes differ,
  CHECK(sink.changes.empty());    // the values do not
}

TEST_CASE("layouts that differ are compared by value") {
  RawFixture files("INSERT INTO t VALUES (1, 2, 3), (4, 5, 6)");
  files.edit("");
  auto base = files.base();
  auto modified = files.modified();
  sqlitefile::PageReader base_pages(base);
  sqlitefile::PageReader modified_pages(modified);
  const RawRun run = files.run();
  auto turned = run.columns;
  std::swap(turned[1].field, turned[2].field);
  test::RecordingSink sink;
  extraction::compare_rowid_tables({&base_pages, run.base_root, run.columns},
                                   {&modified_pages, run.modified_root, turned}, sink);
  CHECK(sink.changes ==
        std::vector<std::string>{"~ i1|i2|i3| => i1|i3|i2|", "~ i4|i5|i6| => i4|i6|i5|"});
}

TEST_CASE("what the manifest says is equal is not read from base") {
  RawFixture files(kRows);
  files.edit("UPDATE t SET a = 'other' WHERE id = 1000");
  auto base = files.base();
  auto modified = files.modified();
  MemorySink bytes;
  sqlitefile::write_manifest(base, bytes);
  MemorySource source(bytes.bytes());
  const auto manifest = sqlitefile::PageManifest::read(source);
  const std::uint64_t before = base.bytes_read();
  sqlitefile::PageReader base_pages(base);
  sqlitefile::PageReader modified_pages(modified);
  const RawRun run = files.run();
  test::RecordingSink sink;
  extraction::compare_rowid_tables({&base_pages, run.base_root, run.columns},
                                   {&modified_pages, run.modified_root, run.columns}, sink,
                                   {"t", ExtractMethod::Auto, &manifest, {}, {}});
  CHECK(sink.calls.size() == 1);
  CHECK(base.bytes_read() - before < base.size() / 2);

  SUBCASE("and a base that is not what the manifest says is refused") {
    std::string& changed = base.bytes();
    const std::size_t at = changed.find("row 1000");
    REQUIRE(at != std::string::npos);
    changed[at] = 'R';
    sqlitefile::PageReader changed_pages(base);
    CHECK_THROWS_WITH_AS(
        extraction::compare_rowid_tables({&changed_pages, run.base_root, run.columns},
                                         {&modified_pages, run.modified_root, run.columns}, sink,
                                         {"t", ExtractMethod::Auto, &manifest, {}, {}}),
        doctest::Contains("was changed since its page manifest was written"), Error);
  }
}

TEST_CASE("damage is an error that names file, table and page") {
  RawFixture files(kRows);
  files.edit("");
  auto base = files.base();
  auto modified = files.modified();
  const std::uint32_t root = files.run().modified_root;
  modified.bytes()[std::size_t{root - 1} * 1024] = 0x0a;
  CHECK_THROWS_WITH_AS(files.run().compare(base, modified, ExtractMethod::Auto),
                       doctest::Contains(fmt::format("table t: modified, page {}: ", root).c_str()),
                       Error);
}

TEST_CASE("progress adds up to what is read, and can stop") {
  RawFixture files(fmt::format("{} UPDATE t SET a = zeroblob(3000)", kRows));
  files.edit("");
  auto base = files.base();
  auto modified = files.modified();
  sqlitefile::PageReader base_pages(base);
  sqlitefile::PageReader modified_pages(modified);
  const RawRun run = files.run();
  test::RecordingSink sink;
  extraction::RawOptions options;
  std::uint64_t sum = 0;
  options.progress = [&](std::uint64_t bytes) { sum += bytes; };
  const extraction::RawSide left{&base_pages, run.base_root, run.columns};
  const extraction::RawSide right{&modified_pages, run.modified_root, run.columns};
  extraction::compare_rowid_tables(left, right, sink, options);
  CHECK(sum == base_pages.bytes_read() + modified_pages.bytes_read());
  options.progress = [](std::uint64_t) { throw Error(ErrorCode::Cancelled, "stopped"); };
  CHECK_THROWS_AS(extraction::compare_rowid_tables(left, right, sink, options), Error);
}

TEST_SUITE_END();
