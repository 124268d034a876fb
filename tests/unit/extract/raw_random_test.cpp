// Random files and random edits, compared row by row with what SQLite reads. The number of seeds
// is QFCSYNC_RANDOM_SEEDS, the first one QFCSYNC_FIRST_SEED.

#include "raw_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <iterator>
#include <random>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using test::RawRun;
using test::TestDatabase;

namespace {

constexpr unsigned kSeeds = 250;

unsigned number_from(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

/// Makes a table of one of several shapes, fills it and edits it.
class RandomTable {
 public:
  explicit RandomTable(unsigned seed) : engine_(seed) {
    page_size_ = 512u << pick(8);
    reserved_ = pick(4) == 0 ? pick(33) : 0;
    has_generated_ = pick(3) == 0;
    has_late_alias_ = pick(3) == 0;
    largest_ = pick(2) == 0 ? 60 : static_cast<int>(page_size_ * 3);
  }

  int reserved() const { return reserved_; }
  std::string carried() const {
    return has_added_ ? "id, a, b, c, d, e, added" : "id, a, b, c, d, e";
  }

  void create(TestDatabase& db) {
    db.run(fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = {}; PRAGMA secure_delete = {}",
                       page_size_, pick(3), pick(3)));
    const char* generated =
        has_generated_ ? "v TEXT AS (a || 'v') VIRTUAL, s INT AS (c + 1) STORED, " : "";
    db.run(has_late_alias_
               ? fmt::format("CREATE TABLE t (a TEXT, b REAL, {}c INTEGER, id INTEGER PRIMARY KEY, "
                             "d BLOB, e)",
                             generated)
               : fmt::format("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, {}b REAL, c INTEGER, "
                             "d BLOB, e)",
                             generated));
    db.run("CREATE TABLE other (x)");
    insert(db, pick(400));
    if (pick(3) == 0) add_column(db);
    edit(db, pick(40));
  }

  void edit(TestDatabase& db, int count) {
    db.run("BEGIN");
    for (int i = 0; i < count; ++i) edit_once(db);
    db.run("COMMIT");
  }

  void rearrange(TestDatabase& db) {
    if (pick(8) == 0) db.run(fmt::format("PRAGMA page_size = {}", 512u << pick(8)));
    if (pick(5) == 0) db.run("VACUUM");
    if (pick(5) == 0) db.run("PRAGMA incremental_vacuum(3)");
    if (pick(20) == 0) db.run("DELETE FROM t");
  }

  /// Where the columns of carried() are in the record.
  std::vector<extraction::RawColumn> columns() const {
    // Of the two generated columns only the STORED one is in the record.
    const std::size_t more = has_generated_ ? 1 : 0;
    std::vector<std::size_t> fields;
    if (has_late_alias_) {
      fields = {3 + more, 0, 1, 2 + more, 4 + more, 5 + more, 6 + more};
    } else {
      fields = {0, 1, 2 + more, 3 + more, 4 + more, 5 + more, 6 + more};
    }
    if (!has_added_) fields.pop_back();
    std::vector<extraction::RawColumn> result(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) result[i].field = fields[i];
    result[0].is_rowid = true;
    result[2].has_real_affinity = true;
    if (has_added_) {
      result.back().has_real_affinity = true;
      result.back().missing = Value(ValueView::real(7));
    }
    return result;
  }

 private:
  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(engine_); }

  void add_column(TestDatabase& db) {
    db.run("ALTER TABLE t ADD COLUMN added REAL DEFAULT 7");
    has_added_ = true;
  }

  std::string rowid() {
    switch (pick(12)) {
      case 0:
        return std::to_string(std::uniform_int_distribution<std::int64_t>(INT64_MIN)(engine_));
      case 1:
        return pick(2) == 0 ? "9223372036854775807" : "-9223372036854775807 - 1";
      case 2:
        return std::to_string(-pick(300));
      default:
        return std::to_string(pick(600));
    }
  }

  std::string value() {
    switch (pick(9)) {
      case 0:
        return "NULL";
      case 1:
        return std::to_string(pick(4));
      case 2:
        return std::to_string(std::uniform_int_distribution<std::int64_t>(INT64_MIN)(engine_) >>
                              pick(64));
      case 3:
        return std::to_string(pick(4)) + ".0";
      case 4:
        return std::to_string(pick(1000)) + ".25";
      case 5:
        return "'text " + std::to_string(pick(100)) + "'";
      case 6:
        return "''";
      case 7:
        return fmt::format("zeroblob({})", pick(largest_));
      default:
        return fmt::format("cast('x' || hex(zeroblob({})) AS {})", pick(largest_) / 2,
                           pick(2) == 0 ? "TEXT" : "BLOB");
    }
  }

  void insert(TestDatabase& db, int count) {
    db.run("BEGIN");
    for (int i = 0; i < count; ++i) {
      insert_once(db);
      if (pick(20) == 0) db.run(fmt::format("INSERT INTO other VALUES (zeroblob({}))", pick(3000)));
    }
    db.run("COMMIT");
  }

  void insert_once(TestDatabase& db) {
    db.run(
        fmt::format("INSERT OR REPLACE INTO t (id, a, b, c, d, e) VALUES ({}, {}, {}, {}, {}, {})",
                    rowid(), value(), value(), value(), value(), value()));
  }

  void edit_once(TestDatabase& db) {
    const std::string where = fmt::format("WHERE id >= {} ORDER BY id LIMIT 1", rowid());
    const std::string row = "(SELECT id FROM t " + where + ")";
    const char column = static_cast<char>('a' + pick(5));
    switch (pick(8)) {
      case 0:
        return insert_once(db);
      case 1:
        return db.run("DELETE FROM t WHERE id = " + row);
      case 2:
      case 3:  // the same size in place, so that the leaf may stay as it is
        return db.run(
            fmt::format("UPDATE t SET d = cast(hex(randomblob((length(d) + 1) / 2)) AS "
                        "BLOB) WHERE id = {} AND typeof(d) = 'blob'",
                        row));
      case 4:
        return db.run(
            fmt::format("UPDATE t SET d = randomblob(length(d)) WHERE id = {} AND "
                        "typeof(d) = 'blob'",
                        row));
      case 5:
        return db.run("DELETE FROM other WHERE rowid % 7 = " + std::to_string(pick(7)));
      case 6:  // another value and back: other pages, same rows
        return db.run(fmt::format("UPDATE t SET e = e WHERE id = {}", row));
      default:
        return db.run(fmt::format("UPDATE t SET {} = {} WHERE id = {}", column, value(), row));
    }
  }

  std::mt19937 engine_;
  unsigned page_size_ = 512;
  int reserved_ = 0;
  bool has_generated_ = false;
  bool has_late_alias_ = false;
  bool has_added_ = false;
  int largest_ = 60;
};

struct Case {
  test::Rows base_rows;
  test::Rows modified_rows;
  RawRun run;
};

std::uint32_t root_of(TestDatabase& db) {
  return static_cast<std::uint32_t>(
      db.number("SELECT rootpage FROM sqlite_schema WHERE name = 't'"));
}

Case make_case(unsigned seed, const std::filesystem::path& base,
               const std::filesystem::path& modified) {
  RandomTable table(seed);
  Case result;
  {
    TestDatabase db(base, table.reserved());
    table.create(db);
    result.base_rows = test::read_rows(db, table.carried(), "t");
    result.run.base_root = root_of(db);
  }
  std::filesystem::copy_file(base, modified);
  {
    TestDatabase db(modified);
    table.edit(db, seed % 5 == 0 ? 0 : static_cast<int>(seed % 60));
    table.rearrange(db);
    result.modified_rows = test::read_rows(db, table.carried(), "t");
    result.run.modified_root = root_of(db);
  }
  result.run.columns = table.columns();
  return result;
}

/// Rowids to cut at: of rows, beside them, and far from all.
std::vector<std::int64_t> random_keys(unsigned seed, const test::Rows& rows) {
  std::mt19937 engine(seed);
  const auto pick = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine);
  };
  std::set<std::int64_t> keys;
  for (std::size_t i = pick(6); i > 0; --i) {
    std::int64_t key = static_cast<std::int64_t>(pick(700)) - 50;
    if (!rows.empty() && pick(2) == 0) {
      key = std::next(rows.begin(), static_cast<std::ptrdiff_t>(pick(rows.size())))->first;
    }
    if (key != INT64_MAX) keys.insert(key);
  }
  return {keys.begin(), keys.end()};
}

}  // namespace

TEST_SUITE_BEGIN("extract/raw_random");

TEST_CASE("every way of comparing says what SQLite's rows say") {
  const unsigned first = number_from("QFCSYNC_FIRST_SEED", 1);
  const unsigned count = number_from("QFCSYNC_RANDOM_SEEDS", kSeeds);
  for (unsigned seed = first; seed < first + count; ++seed) {
    CAPTURE(seed);
    const test::TemporaryFolder folder;
    const Case it = make_case(seed, folder / "base.db", folder / "modified.db");
    test::MemoryPages base(folder / "base.db");
    test::MemoryPages modified(folder / "modified.db");
    const auto expected = test::expected_changes(it.base_rows, it.modified_rows);
    const auto leaves = it.run.compare(base, modified, ExtractMethod::Leaves);
    REQUIRE(leaves.changes == expected);
    REQUIRE(it.run.compare(base, modified, ExtractMethod::Pages).calls == leaves.calls);
    REQUIRE(it.run.compare(base, modified, ExtractMethod::Auto).calls == leaves.calls);
    REQUIRE(it.run.compare_with_manifest(base, modified).calls == leaves.calls);
    const auto ranges = it.run.compare_ranges(base, modified, random_keys(seed, it.modified_rows));
    REQUIRE(ranges);
    REQUIRE(ranges->calls == leaves.calls);
  }
}

TEST_SUITE_END();
