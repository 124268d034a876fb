// Changes that stand in each other's way, and effects that the file adds by itself.

#include "apply_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

const std::string kCodes =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, n INTEGER, UNIQUE (n, "
    "code)); INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4)";

}  // namespace

TEST_SUITE("apply/order") {
  TEST_CASE("unique values are swapped, passed round and along chains") {
    for (const char* cases : {
             "1 b 2 a",          // swap
             "1 b 2 c 3 a",      // circle
             "1 b 2 c 3 d 4 e",  // chain
             "1 z 2 a 3 b 4 c",  // chain the other way round
             "1 b 2 a 3 d 4 c",  // two swaps
             "1 b 2 a 3 x 4 c",  // swap and chain
         }) {
      CAPTURE(cases);
      ApplyFixture f(kCodes);
      std::string sql = "UPDATE t SET code = '-' || code;";
      std::string rest = cases;
      for (std::size_t i = 0; i + 2 < rest.size() + 1; i += 4) {
        sql += fmt::format("UPDATE t SET code = '{}', n = n + 10 WHERE id = {};", rest[i + 2],
                           rest[i]);
      }
      sql += "UPDATE t SET code = substr(code, 2) WHERE code LIKE '-%'";
      check_same_as_edit(f, sql);
    }
  }

  TEST_CASE("circles pass CHECK, STRICT types, expressions and several unique columns") {
    for (const char* table : {
             "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE CHECK "
             "(length(code) = 1))",
             "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE) STRICT",
             "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT NOT NULL); CREATE UNIQUE INDEX i "
             "ON t (upper(code))",
             "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE)",
             "CREATE TABLE t (id TEXT PRIMARY KEY, code UNIQUE) WITHOUT ROWID",
             "CREATE TABLE t (id PRIMARY KEY, code, up AS (upper(code)) UNIQUE)",
         }) {
      CAPTURE(table);
      ApplyFixture f(fmt::format("{}; INSERT INTO t (id, code) VALUES (1, 'a'), (2, 'b')", table));
      check_same_as_edit(f, "DELETE FROM t; INSERT INTO t (id, code) VALUES (1, 'b'), (2, 'a')");
    }
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b REAL UNIQUE, c BLOB "
        "UNIQUE); INSERT INTO t VALUES (1, 1, 1.5, x'01'), (2, 2, 2.5, x'02'), (3, 3, "
        "3.5, x'03')");
    check_same_as_edit(f,
                       "DELETE FROM t; INSERT INTO t VALUES (1, 2, 3.5, x'02'), (2, 3, 1.5, "
                       "x'01'), (3, 1, 2.5, x'03')");
  }

  TEST_CASE("unique values go from deleted to inserted rows in either order") {
    ApplyFixture f(kCodes);
    check_same_as_edit(f, "DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (9, 'a', 1)");
    check_same_as_edit(f,
                       "DELETE FROM t WHERE id = 4; UPDATE t SET code = 'd' WHERE id = 3; INSERT "
                       "INTO t VALUES (0, 'c', 3)");
    const std::string insert_first = ChangesetBuilder()
                                         .table("t", {1, 0, 0})
                                         .insert({integer(9), text("a"), integer(1)})
                                         .remove({integer(1), text("a"), integer(1)})
                                         .finish();
    CHECK(f.apply(insert_first).is_applied);
    CHECK(f.rows("SELECT id FROM t WHERE code = 'a'") == "9\n");
  }

  TEST_CASE("ten thousand rows hand their unique value on, in bad order, in good time") {
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, code INTEGER UNIQUE); WITH r(i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 10000) INSERT INTO t SELECT "
        "i, (i * 7919) % 10007 FROM r");
    check_same_as_edit(f,
                       "CREATE TEMP TABLE o AS SELECT id, code FROM t; UPDATE t SET code = "
                       "-code; UPDATE t SET code = (SELECT code FROM o WHERE o.id = 1 + "
                       "(t.id * 7907) % 10000)");
  }

  TEST_CASE("a circle that somebody else's row breaks is a mismatch, all else is done") {
    ApplyFixture f(kCodes);
    const std::string changeset = f.changeset_of(
        "DELETE FROM t WHERE id < 3; INSERT INTO t VALUES (1, 'b', 1), (2, 'a', 2); UPDATE t SET "
        "code = 'x' WHERE id = 3; UPDATE t SET code = 'c' WHERE id = 4");
    f.run("INSERT INTO t VALUES (7, 'x', 7)");
    const std::string before = dump(f.file());
    const auto refused = f.apply(changeset);
    CHECK_FALSE(refused.is_applied);
    CHECK(dump(f.file()) == before);

    const auto result = f.apply_skipping(changeset);
    CHECK(result.is_applied);
    CHECK(kinds(result) == "unique unique");
    CHECK(result.changes_applied == 2);
    CHECK(f.rows("SELECT id, code FROM t ORDER BY id") == "1|'b'\n2|'a'\n3|'c'\n4|'d'\n7|'x'\n");
    CHECK(check_database(f.file()) == "");
  }

  TEST_CASE("children may come before their parents") {
    ApplyFixture f(
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id)); CREATE TABLE p "
        "(id INTEGER PRIMARY KEY, up REFERENCES p (id)); INSERT INTO p VALUES (1, NULL); "
        "INSERT INTO c VALUES (1, 1)");
    check_same_as_edit(f,
                       "INSERT INTO p VALUES (2, 1), (3, 2); INSERT INTO c VALUES (5, 3), (6, "
                       "2)");
    check_same_as_edit(f, "DELETE FROM c; DELETE FROM p");
    check_same_as_edit(f, "PRAGMA foreign_keys = OFF; UPDATE p SET id = 9; UPDATE c SET p = 9");
  }

  TEST_CASE("RESTRICT waits until the children are gone") {
    ApplyFixture f(
        "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY "
        "KEY, a REFERENCES a ON DELETE RESTRICT); INSERT INTO a VALUES (1); INSERT INTO "
        "b VALUES (1, 1)");
    check_same_as_edit(f, "DELETE FROM b; DELETE FROM a");
  }

  TEST_CASE("a foreign key that stays violated names the change that does it") {
    ApplyFixture f(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY "
        "KEY, p REFERENCES p); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, "
        "1); PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (99, 77)");
    const auto deleted = f.changeset_of(
        "PRAGMA foreign_keys = OFF; DELETE FROM p WHERE id = 2; "
        "INSERT INTO c VALUES (8, 1)");
    f.run("INSERT INTO c VALUES (5, 2)");
    const std::string before = dump(f.file());
    auto result = f.apply(deleted);
    CHECK_FALSE(result.is_applied);
    CHECK(texts(result) == "delete of p with id = 2: rows of c refer to it by p\n");
    CHECK(dump(f.file()) == before);

    result = f.apply_skipping(deleted);
    CHECK(result.is_applied);
    CHECK(result.changes_skipped == 1);
    CHECK(f.rows("SELECT id FROM p") == "1\n2\n");
    CHECK(f.rows("SELECT id FROM c ORDER BY 1") == "1\n5\n8\n99\n");

    const auto orphan = ChangesetBuilder()
                            .table("c", {1, 0})
                            .insert({integer(20), integer(55)})
                            .insert({integer(21), integer(1)})
                            .finish();
    result = f.apply_skipping(orphan);
    CHECK(result.is_applied);
    CHECK(texts(result) ==
          "insert of c with id = 20: p = 55 refers to a row of p that is missing\n");
    CHECK(result.mismatches[0].column == "p");
    CHECK(f.rows("SELECT id FROM c WHERE id IN (20, 21)") == "21\n");
  }

  TEST_CASE("a skipped parent takes its new children with it, one mismatch each") {
    ApplyFixture f(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, u UNIQUE); CREATE TABLE c (id INTEGER "
        "PRIMARY KEY, p REFERENCES p)");
    const auto changeset = f.changeset_of(
        "INSERT INTO p VALUES (1, 'x'), (2, 'y'); INSERT INTO c "
        "VALUES (1, 1), (2, 2)");
    f.run("INSERT INTO p VALUES (7, 'x')");
    const auto result = f.apply_skipping(changeset);
    CHECK(kinds(result) == "unique foreign_key");
    CHECK(result.changes_applied == 2);
    CHECK(f.rows("SELECT * FROM c") == "2|2\n");
  }
}

TEST_SUITE("apply/side_effects") {
  const std::string kFamily =
      "CREATE TABLE p (id INTEGER PRIMARY KEY, v); CREATE TABLE c (id INTEGER PRIMARY KEY, p "
      "REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE, v); CREATE TABLE g (id INTEGER PRIMARY "
      "KEY, c REFERENCES c ON DELETE CASCADE); CREATE TABLE n (id INTEGER PRIMARY KEY, p "
      "REFERENCES "
      "p ON DELETE SET NULL ON UPDATE CASCADE); INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT "
      "INTO c VALUES (1, 1, "
      "'x'), (2, 1, 'y'), (3, 2, 'z'); INSERT INTO g VALUES (1, 1), (2, 3); INSERT INTO n VALUES "
      "(1, 1), (2, 2)";

  TEST_CASE("what foreign keys did is in the changeset and fits") {
    ApplyFixture f(kFamily);
    check_same_as_edit(f, "DELETE FROM p WHERE id = 1");
    check_same_as_edit(f, "UPDATE p SET id = 7 WHERE id = 1");  // grandchildren stay
    check_same_as_edit(f, "UPDATE c SET p = 2; DELETE FROM p WHERE id = 1");
    check_same_as_edit(f, "DELETE FROM c WHERE id = 1; UPDATE p SET id = id + 10");
    CHECK(f.apply(record(f.copy("r.gpkg"), "DELETE FROM p")).is_applied);
    CHECK(f.rows("SELECT count(*) FROM c") == "0\n");
    CHECK(f.rows("SELECT * FROM n") == "1|NULL\n2|NULL\n");
  }

  TEST_CASE("a tree of one table that deletes itself fits in any order") {
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t ON DELETE CASCADE); "
        "INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2), (4, 1), (5, 3)");
    check_same_as_edit(f, "DELETE FROM t WHERE id = 1");
    check_same_as_edit(f, "UPDATE t SET up = 1 WHERE id = 3; DELETE FROM t WHERE id = 2");
    check_same_as_edit(f, "UPDATE t SET up = NULL WHERE id = 3; DELETE FROM t WHERE id = 1");
  }

  TEST_CASE("rows that the changeset does not know go with their parent, as after an edit") {
    ApplyFixture f(kFamily);
    const auto changeset = f.changeset_of("DELETE FROM p WHERE id = 1");
    f.run("INSERT INTO c VALUES (9, 1, 'new')");
    const auto result = f.apply(changeset);
    CHECK(result.is_applied);
    CHECK(f.rows("SELECT id FROM c") == "3\n");
  }

  TEST_CASE("a child that is not as the changeset expects is a mismatch, not a cascade") {
    ApplyFixture f(kFamily);
    const auto changeset = f.changeset_of("DELETE FROM p WHERE id = 1");
    f.run("UPDATE c SET v = 'theirs' WHERE id = 2");
    const auto result = f.apply(changeset);
    CHECK_FALSE(result.is_applied);
    CHECK(texts(result) ==
          "delete of c with id = 2: v is 'theirs', but the changeset expects "
          "'y'\n");
    // Also when the parent comes first and the cascade was faster.
    const auto parent_first = ChangesetBuilder()
                                  .table("p", {1, 0})
                                  .remove({integer(1), text("a")})
                                  .table("c", {1, 0, 0})
                                  .remove({integer(1), integer(1), text("x")})
                                  .remove({integer(2), integer(1), text("y")})
                                  .finish();
    CHECK(kinds(f.apply(parent_first)) == "other_value");
  }

  TEST_CASE("triggers fire, and the changeset has the last word on what it lists") {
    ApplyFixture f(
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, what, at); CREATE TABLE s (id "
        "INTEGER "
        "PRIMARY KEY, n); CREATE TABLE t (id INTEGER PRIMARY KEY, v, stamp); CREATE TABLE nokey "
        "(x);"
        "INSERT INTO s VALUES (1, 0); INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', NULL);"
        "CREATE TRIGGER t1 AFTER UPDATE OF v ON t BEGIN UPDATE t SET stamp = random() WHERE id = "
        "NEW.id; INSERT INTO a (what, at) VALUES ('u' || NEW.id, random()); UPDATE s SET n = n + "
        "1; "
        "INSERT INTO nokey VALUES (NEW.id); END; CREATE TRIGGER t2 AFTER DELETE ON t BEGIN INSERT "
        "INTO a (what, at) VALUES ('d' || OLD.id, random()); UPDATE s SET n = n + 1; END;");
    for (const char* sql : {"UPDATE t SET v = 'x' WHERE id = 1",
                            "UPDATE t SET v = 'y' WHERE id = 2; DELETE FROM t WHERE id = 1",
                            "UPDATE t SET v = 'z'"}) {
      CAPTURE(sql);
      const auto modified = f.copy("m.gpkg");
      Sqlite(modified).run(sql);
      const auto result = [&] {
        const std::string changeset = row_diff(f.file(), modified);
        return f.apply(changeset);
      }();
      CHECK(texts(result) == "");
      CHECK(result.is_applied);
      for (const char* table : {"a", "s", "t"}) {
        const std::string query = fmt::format("SELECT * FROM {} ORDER BY id", table);
        CHECK(f.rows(query) == Sqlite(modified).rows(query));
      }
    }
    // What a changeset cannot carry is there as after an edit.
    CHECK(f.rows("SELECT count(*) FROM nokey WHERE x = 2") == "2\n");
  }

  TEST_CASE("triggers do their work where the changeset lists the cause only") {
    ApplyFixture f(
        "CREATE TABLE s (id INTEGER PRIMARY KEY, n); CREATE TABLE t (id INTEGER PRIMARY "
        "KEY); INSERT INTO s VALUES (1, 0); CREATE TRIGGER i AFTER INSERT ON t BEGIN "
        "UPDATE s SET n = n + 1; END");
    const auto changeset =
        ChangesetBuilder().table("t", {1}).insert({integer(1)}).insert({integer(2)}).finish();
    CHECK(f.apply(changeset).is_applied);
    CHECK(f.rows("SELECT n FROM s") == "2\n");
  }

  TEST_CASE("no trace of the watching stays in the file") {
    ApplyFixture f(kFamily);
    const std::string schema = f.rows("SELECT * FROM sqlite_master");
    CHECK(f.apply(f.changeset_of("DELETE FROM p WHERE id = 1")).is_applied);
    CHECK(f.rows("SELECT * FROM sqlite_master") == schema);
  }

  TEST_CASE("tables wider than a function call are watched, too") {
    std::string columns;
    for (int i = 0; i < 250; ++i) columns += fmt::format(", c{}", i);
    ApplyFixture f(
        fmt::format("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER "
                    "PRIMARY KEY, p REFERENCES p ON DELETE CASCADE{}); INSERT INTO p "
                    "VALUES (1); INSERT INTO c (id, p, c200) VALUES (1, 1, 'x')",
                    columns));
    const auto parent_first = record(f.copy("r.gpkg"), "DELETE FROM p");
    CHECK(f.apply(parent_first).is_applied);
    CHECK(f.rows("SELECT count(*) FROM c") == "0\n");
  }
}
