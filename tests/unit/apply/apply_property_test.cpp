// Random databases: the changeset between two states leads from one to the other and back, here as
// through SQLite's own session extension.

#include "apply_fixture.hpp"
#include "support/seed_offset.hpp"

#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

class RandomSql {
 public:
  explicit RandomSql(unsigned seed) : random_(seed) {}

  std::string base() {
    std::string sql =
        fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = {};", 512 << number(4), number(3));
    sql += fmt::format(
        "CREATE TABLE plain (id INTEGER PRIMARY KEY{}, a, b TEXT COLLATE NOCASE, c REAL);"
        "CREATE TABLE pair (x, y INTEGER, v, PRIMARY KEY (y, x)) {};"
        "CREATE TABLE codes (k TEXT PRIMARY KEY, code INTEGER UNIQUE, other UNIQUE);"
        "CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES plain (id) {});",
        number(2) ? " AUTOINCREMENT" : "", number(2) ? "WITHOUT ROWID" : "",
        number(3) ? "" : "ON DELETE CASCADE");
    return sql + edits(60);
  }

  std::string edits(int count) {
    std::string sql;
    for (int i = 0; i < count; ++i) sql += edit() + ";";
    return sql;
  }

 private:
  int number(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  std::string value() {
    switch (number(7)) {
      case 0:
        return "NULL";
      case 1:
        return fmt::format("{}", number(5));
      case 2:
        return fmt::format("{}.0", number(5));
      case 3:
        return fmt::format("'{}'", number(2) ? "abc" : "ABC");
      case 4:
        return fmt::format("zeroblob({})", number(3) * 900);
      case 5:
        return fmt::format("'{}' || char(0) || 'tail'", number(3));
      default:
        return fmt::format("x'{:02x}'", number(256));
    }
  }

  std::string edit() {
    const int id = number(40);
    switch (number(12)) {
      case 0:
      case 1:
        return fmt::format("INSERT OR IGNORE INTO plain VALUES ({}, {}, {}, {})", id, value(),
                           value(), number(9));
      case 2:
        return fmt::format("UPDATE plain SET {} = {} WHERE id = {}", number(2) ? "a" : "b", value(),
                           id);
      case 3:
        return fmt::format("DELETE FROM child WHERE p = {0}; DELETE FROM plain WHERE id = {0}", id);
      case 4:
        return fmt::format("INSERT OR IGNORE INTO pair VALUES ('{}', {}, {})", id % 3, id, value());
      case 5:
        return fmt::format("UPDATE pair SET v = {} WHERE y = {}", value(), id);
      case 6:
        return fmt::format("DELETE FROM pair WHERE y % 7 = {}", id % 7);
      case 7:
      case 8:
        return fmt::format("INSERT OR IGNORE INTO codes VALUES ('k{}', {}, {})", id, number(40),
                           number(40));
      case 9:  // a swap
        return fmt::format(
            "CREATE TEMP TABLE s AS SELECT k, code FROM codes ORDER BY (code * {0}) % 11 LIMIT 2; "
            "UPDATE OR IGNORE codes SET code = -code - 1 WHERE k IN (SELECT k FROM s); UPDATE OR "
            "IGNORE codes SET code "
            "= (SELECT code FROM s WHERE s.k <> codes.k) WHERE k IN (SELECT k FROM s) AND (SELECT "
            "count(*) FROM s) = 2; DROP TABLE s",
            1 + number(9));
      case 10:
        return fmt::format("DELETE FROM codes WHERE code = {}", number(40));
      default:
        return fmt::format(
            "INSERT OR IGNORE INTO child SELECT {}, id FROM plain WHERE id >= {} "
            "LIMIT 1",
            number(200), id);
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_SUITE("apply/property") {
  TEST_CASE("apply(base, difference) is the target, and the inverse leads back") {
    for (unsigned each = 1; each <= 150; ++each) {
      const auto seed = each + static_cast<unsigned>(seed_offset());
      CAPTURE(seed);
      RandomSql sql(seed);
      ApplyFixture f(sql.base());
      const std::string edit = sql.edits(40);
      const std::string before = dump(f.file());
      const std::string after = f.dump_after(edit);
      const std::string changeset = f.changeset_of(edit);
      const auto result = f.apply(changeset);
      CHECK(texts(result) == "");
      CHECK(dump(f.file()) == after);
      CHECK(check_database(f.file()) == "");
      CHECK(f.apply(session_invert(changeset)).is_applied);
      CHECK(dump(f.file()) == before);
    }
  }

  TEST_CASE("what SQLite's session extension can apply, gives the same here") {
    int compared = 0;
    for (unsigned each = 1000; each < 1080; ++each) {
      const auto seed = each + static_cast<unsigned>(seed_offset());
      CAPTURE(seed);
      RandomSql sql(seed);
      ApplyFixture f(sql.base());
      const std::string edit = sql.edits(20);
      const auto modified = f.copy("recorded.db");
      const std::string changeset = record(modified, edit);
      const auto other = f.copy("other.db");
      CHECK(f.apply(changeset).is_applied);
      CHECK(dump(f.file()) == dump(modified));
      if (!session_apply(other, changeset)) continue;  // circles, children that cascaded away
      ++compared;
      CHECK(dump(f.file()) == dump(other));
    }
    CHECK(compared > 20);
  }

  TEST_CASE("on another state, Skip leaves rows of both sides whole and Abort nothing") {
    for (unsigned each = 2000; each < 2080; ++each) {
      const auto seed = each + static_cast<unsigned>(seed_offset());
      CAPTURE(seed);
      RandomSql sql(seed);
      ApplyFixture f(sql.base());
      const std::string changeset = f.changeset_of(sql.edits(30));
      f.run(sql.edits(30));
      const std::string before = dump(f.file());
      ChangesetApplyOptions options;
      options.max_reported = 1'000'000;
      const auto refused = f.apply(changeset, options);
      if (!refused.is_applied) {
        CHECK(refused.mismatch_count > 0);
        CHECK(dump(f.file()) == before);
      }
      const auto result = f.apply_skipping(changeset);
      CHECK(result.is_applied);
      CHECK(check_database(f.file()) == "");
      MemorySource source(changeset);
      std::uint64_t changes = 0;
      for (ChangesetReader reader(source); reader.next() != nullptr;) ++changes;
      CHECK(result.changes_applied + result.changes_skipped == changes);
      if (!refused.is_applied) CHECK(result.changes_skipped > 0);
    }
  }
}
