#include "unit/extract/extract_fixture.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;
using namespace std::string_literals;
using Lines = std::vector<std::string>;

TEST_SUITE("extract/values") {
  TEST_CASE("inserts, deletes and updates come by table and key, updates with changed cells only") {
    const FilePair pair(
        "CREATE TABLE b(id INTEGER PRIMARY KEY, x TEXT, y);"
        "CREATE TABLE a(id INTEGER PRIMARY KEY, x);"
        "INSERT INTO b VALUES(1,'one',1),(2,'two',2),(3,'three',NULL);"
        "INSERT INTO a VALUES(5,'five')");
    pair.edit(
        "DELETE FROM b WHERE id=1; UPDATE b SET y=x'00ff' WHERE id=3; UPDATE b SET x=NULL WHERE "
        "id=2; INSERT INTO b VALUES(-7,'neg',2.5),(9,'nine',9); DELETE FROM a");
    CHECK(lines(pair.changes()) == Lines{"a delete 5|'five'", "b insert -7|'neg'|2.5r",
                                         "b insert 9|'nine'|9", "b delete 1|'one'|1",
                                         "b update 2|'two'|- -> -|NULL|-",
                                         "b update 3|-|NULL -> -|-|x00ff"});
    const auto& tables = pair.result().summary.tables;
    REQUIRE(tables.size() == 2);
    CHECK(tables[1] == ChangesetSummary::Table{"b", 2, 2, 1});
  }

  TEST_CASE("equal files and rewritten files give an empty changeset") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
        "SELECT i+1 FROM n WHERE i<500) INSERT INTO t SELECT i, hex(randomblob(20)) FROM n");
    CHECK(pair.changes().empty());
    pair.edit("UPDATE t SET x = x || 'a'; UPDATE t SET x = substr(x, 1, length(x) - 1)");
    CHECK(pair.changes().empty());
    pair.edit("PRAGMA page_size=512; PRAGMA auto_vacuum=2; VACUUM");
    CHECK(pair.changes().empty());
    MemorySink out;
    const ExtractResult result = extract(pair.base(), pair.base(), out);
    CHECK(out.bytes().empty());
    CHECK(result.summary.tables.empty());
  }

  TEST_CASE("a change of letter case in a NOCASE column is a change") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT COLLATE NOCASE);"
        "INSERT INTO t VALUES(1,'Oak')");
    pair.edit("UPDATE t SET x='oak'");
    CHECK(lines(pair.changes()) == Lines{"t update 1|'Oak' -> -|'oak'"});
  }

  TEST_CASE("trailing blanks in an RTRIM column are a change") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT COLLATE RTRIM); INSERT INTO t "
        "VALUES(1,'a')");
    pair.edit("UPDATE t SET x='a  '");
    CHECK(lines(pair.changes()) == Lines{"t update 1|'a' -> -|'a  '"});
  }

  TEST_CASE("date texts are compared as texts, whether SQLite can parse them or not") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, d DATETIME);"
        "INSERT INTO t VALUES(1,'soon'),(2,NULL),(3,'2026-01-01T00:00:00Z')");
    pair.edit(
        "UPDATE t SET d='later' WHERE id=1; UPDATE t SET d='never' WHERE id=2;"
        "UPDATE t SET d='2026-01-01 00:00:00' WHERE id=3");
    CHECK(lines(pair.changes()) ==
          Lines{"t update 1|'soon' -> -|'later'", "t update 2|NULL -> -|'never'",
                "t update 3|'2026-01-01T00:00:00Z' -> -|'2026-01-01 00:00:00'"});
  }

  TEST_CASE("a change behind a NUL inside a text is a change and travels whole") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT);"
        "INSERT INTO t VALUES(1, CAST(x'610062' AS TEXT))");
    pair.edit("UPDATE t SET x = CAST(x'610063' AS TEXT)");
    CHECK(lines(pair.changes()) == Lines{"t update 1|'a\0b' -> -|'a\0c'"s});
  }

  TEST_CASE("integer 1 and real 1.0 differ in an untyped column and are one in a REAL column") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x, r REAL); INSERT INTO t VALUES(1, 1, 1)");
    pair.edit("UPDATE t SET x = 1.0, r = 1.0");
    CHECK(lines(pair.changes()) == Lines{"t update 1|1|- -> -|1r|-"});
  }

  TEST_CASE("REAL columns give reals, though whole numbers are stored as integers") {
    const FilePair pair("CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, f FLOAT)");
    pair.edit("INSERT INTO t VALUES(1, 5, 0), (2, 1e300, -3)");
    CHECK(lines(pair.changes()) == Lines{"t insert 1|5r|0r", "t insert 2|1e+300r|-3r"});
  }

  TEST_CASE("generated columns do not travel and do not shift the others") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, v AS (a*2), s AS (a*3) STORED, b TEXT);"
        "INSERT INTO t(id,a,b) VALUES(1,1,'x'),(2,2,'y')");
    pair.edit(
        "UPDATE t SET a=10 WHERE id=1; UPDATE t SET b='z' WHERE id=2; INSERT INTO t(id,a,b) "
        "VALUES(3,3,'w')");
    CHECK(lines(pair.changes()) ==
          Lines{"t insert 3|3|'w'", "t update 1|1|- -> -|10|-", "t update 2|-|'y' -> -|-|'z'"});
  }

  TEST_CASE("keys above 2^31 and at both ends of 64 bits are themselves") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES(1,'a'),(4294967297,'b')");
    pair.edit(
        "DELETE FROM t WHERE id=1; UPDATE t SET x='c'; INSERT INTO t "
        "VALUES(9223372036854775807,1),(-9223372036854775807-1,2),(2147483648,3)");
    CHECK(lines(pair.changes()) == Lines{"t insert -9223372036854775808|2", "t insert 2147483648|3",
                                         "t insert 9223372036854775807|1", "t delete 1|'a'",
                                         "t update 4294967297|'b' -> -|'c'"});
  }

  TEST_CASE("rows that are older than a column show its default") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES(1,'a'),(2,'b'),(3,'c');"
        "ALTER TABLE t ADD COLUMN r REAL DEFAULT 5; ALTER TABLE t ADD COLUMN s TEXT DEFAULT 'd''d';"
        "ALTER TABLE t ADD COLUMN n INT DEFAULT (CAST('7' AS INTEGER)); ALTER TABLE t ADD COLUMN q "
        "TEXT DEFAULT \"word\"; ALTER TABLE t ADD COLUMN z INT");
    pair.edit(
        "DELETE FROM t WHERE id=1; UPDATE t SET r=5, s='d''d' WHERE id=2; UPDATE t SET n=8 "
        "WHERE id=3");
    CHECK(lines(pair.changes()) == Lines{"t delete 1|'a'|5r|'d'd'|7|'word'|NULL",
                                         "t update 3|-|-|-|7|-|- -> -|-|-|-|8|-|-"});
  }

  TEST_CASE("a column of ANY in a STRICT table keeps what comes") {
    const FilePair pair(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x INT) STRICT; INSERT INTO t VALUES(1,1);"
        "ALTER TABLE t ADD COLUMN a ANY DEFAULT '5'");
    pair.edit("DELETE FROM t");
    CHECK(lines(pair.changes()) == Lines{"t delete 1|1|'5'"});
  }

  TEST_CASE("overwritten overflow chains are seen though their leaf is the same") {
    const FilePair pair(
        "PRAGMA page_size=1024; CREATE TABLE t(id INTEGER PRIMARY KEY, x BLOB);"
        "INSERT INTO t VALUES(1, zeroblob(20000)), (2, zeroblob(20000))");
    pair.edit(
        "UPDATE t SET x = CAST(zeroblob(19000) || x'01' || zeroblob(999) AS BLOB) WHERE id=2");
    CHECK(lines(pair.changes()).size() == 1);
  }
}
