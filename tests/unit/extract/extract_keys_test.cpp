#include "unit/extract/extract_fixture.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;
using Lines = std::vector<std::string>;

namespace {

std::string note_text(const ExtractResult& result, const std::string& table) {
  for (const TableNote& note : result.notes) {
    if (note.table == table) return std::string(to_string(note.reason));
  }
  return "";
}

}  // namespace

TEST_SUITE("extract/keys") {
  TEST_CASE("text keys name rows, whatever rowid those have") {
    const FilePair pair(
        "CREATE TABLE t(k TEXT PRIMARY KEY, x); INSERT INTO t VALUES('b',1),('a',2),('c',3)");
    pair.edit("DELETE FROM t; INSERT INTO t VALUES('c',3),('d',4),('a',20)");
    CHECK(lines(pair.changes()) ==
          Lines{"t insert 'd'|4", "t delete 'b'|1", "t update 'a'|2 -> -|20"});
  }

  TEST_CASE("rows of text keys keep their identity when VACUUM numbers all rows anew") {
    const FilePair pair(
        "CREATE TABLE t(k TEXT PRIMARY KEY, x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
        "i+1 FROM n WHERE i<1000) INSERT INTO t SELECT hex(i*7919 % 1009), i FROM n; DELETE FROM t "
        "WHERE x % 3 = 0");
    pair.edit("VACUUM; UPDATE t SET x=-1 WHERE x=500; DELETE FROM t WHERE x=1");
    CHECK(lines(pair.changes()).size() == 2);
    pair.edit(
        "UPDATE t SET k = (SELECT CASE t.x WHEN 2 THEN 'tmp' ELSE t.k END) WHERE x=2;"
        "UPDATE t SET k = hex(2*7919 % 1009) WHERE x=4; UPDATE t SET k = hex(4*7919 % 1009) "
        "WHERE x=2");  // two rows exchange their keys
    CHECK(lines(pair.changes()).size() == 4);
  }

  TEST_CASE("composite keys come in the order of the key, not of the columns") {
    const FilePair pair(
        "CREATE TABLE t(a TEXT, b INT, x, PRIMARY KEY(b, a));"
        "INSERT INTO t VALUES('p',1,0),('q',1,0),('p',2,0)");
    pair.edit("INSERT INTO t VALUES('z',0,1),('a',3,1),('b',0,1); UPDATE t SET x=9 WHERE a='p'");
    CHECK(lines(pair.changes()) == Lines{"t insert 'b'|0|1", "t insert 'z'|0|1", "t insert 'a'|3|1",
                                         "t update 'p'|1|0 -> -|-|9", "t update 'p'|2|0 -> -|-|9"});
  }

  TEST_CASE("tables WITHOUT ROWID are compared, also with a key of an integer") {
    const FilePair pair(
        "CREATE TABLE t(k INTEGER PRIMARY KEY, x) WITHOUT ROWID;"
        "CREATE TABLE u(a TEXT, b BLOB, x, PRIMARY KEY(a DESC, b)) WITHOUT ROWID;"
        "INSERT INTO t VALUES(1,1),(2,2); INSERT INTO u VALUES('a',x'01',1),('b',x'02',2)");
    pair.edit(
        "UPDATE t SET x=3 WHERE k=2; DELETE FROM t WHERE k=1; INSERT INTO u VALUES('a',x'00',0),"
        "('c',x'',5)");
    CHECK(lines(pair.changes()) ==
          Lines{"t delete 1|1", "t update 2|2 -> -|3", "u insert 'a'|x00|0", "u insert 'c'|x|5"});
    CHECK(pair.result().method == ExtractMethod::Sqlite);
  }

  TEST_CASE("an INTEGER PRIMARY KEY DESC is not the rowid and still a key") {
    const FilePair pair(
        "CREATE TABLE t(k INTEGER PRIMARY KEY DESC, x); INSERT INTO t VALUES(10,1),(5,2)");
    pair.edit("UPDATE t SET x=7 WHERE k=10; INSERT INTO t VALUES(7,7)");
    CHECK(lines(pair.changes()) == Lines{"t insert 7|7", "t update 10|1 -> -|7"});
  }

  TEST_CASE("keys of mixed types keep SQLite's order: numbers, texts, blobs") {
    const FilePair pair("CREATE TABLE t(k PRIMARY KEY, x)");
    pair.edit(
        "INSERT INTO t VALUES(x'00',1),('a',2),(9007199254740993,3),(9007199254740992.0,4),"
        "(-1e300,5),(1e300,6),('',7),(9223372036854775807,8),(9223372036854775808.0,9),(0.5,10)");
    const auto found = lines(pair.changes());
    REQUIRE(found.size() == 10);
    CHECK(found[0] == "t insert -1e+300r|5");
    CHECK(found[1] == "t insert 0.5r|10");
    CHECK(found[2] == "t insert 9007199254740992r|4");
    CHECK(found[3] == "t insert 9007199254740993|3");
    CHECK(found[4] == "t insert 9223372036854775807|8");
    CHECK(found[5] == "t insert 9.223372036854776e+18r|9");
    CHECK(found[7] == "t insert ''|7");
    CHECK(found[9] == "t insert x00|1");
  }

  TEST_CASE("keys that a collation takes for equal are two keys") {
    const FilePair pair(
        "CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY, x);"
        "CREATE TABLE u(k PRIMARY KEY, x) WITHOUT ROWID;"
        "INSERT INTO t VALUES('Oak',1),('ash',2); INSERT INTO u VALUES(1,1)");
    pair.edit("UPDATE t SET k='oak' WHERE x=1; UPDATE u SET k=1.0");
    for (const auto method : {ExtractMethod::Auto, ExtractMethod::Sqlite}) {
      CHECK(lines(pair.changes_by(method)) ==
            Lines{"t insert 'oak'|1", "t delete 'Oak'|1", "u insert 1r|1", "u delete 1|1"});
    }
  }

  TEST_CASE("a key that is all of the row never updates") {
    const FilePair pair("CREATE TABLE t(a, b, PRIMARY KEY(a, b)); INSERT INTO t VALUES(1,2),(3,4)");
    pair.edit("UPDATE t SET b=5 WHERE a=1");
    CHECK(lines(pair.changes()) == Lines{"t insert 1|5", "t delete 1|2"});
  }

  TEST_CASE("rows with NULL in their key are left out with a note") {
    const FilePair pair(
        "CREATE TABLE t(k TEXT PRIMARY KEY, x); INSERT INTO t VALUES(NULL,1),(NULL,2),('a',3)");
    pair.edit("DELETE FROM t WHERE x=1; UPDATE t SET x=x+10");
    CHECK(lines(pair.changes()) == Lines{"t update 'a'|3 -> -|13"});
    CHECK(note_text(pair.result(), "t") == "no_key");
    pair.edit("DELETE FROM t WHERE k IS NULL");
    pair.changes();
    CHECK(note_text(pair.result(), "t") == "no_key");
  }

  TEST_CASE("tables without a key, views and virtual tables are noted, never left out in silence") {
    const FilePair pair(
        "CREATE TABLE n(x); INSERT INTO n VALUES(1); CREATE VIEW v AS SELECT 1;"
        "CREATE VIRTUAL TABLE rtree_mine USING rtree(id, a, b);"
        "CREATE TABLE gpkg_mine(id INTEGER PRIMARY KEY, x);"
        "CREATE TABLE rtree_of_mine(id INTEGER PRIMARY KEY, x)");
    pair.edit(
        "INSERT INTO n VALUES(2); INSERT INTO gpkg_mine VALUES(1,1); INSERT INTO "
        "rtree_of_mine VALUES(1,1)");
    CHECK(lines(pair.changes_by(ExtractMethod::Auto)) ==
          Lines{"gpkg_mine insert 1|1", "rtree_of_mine insert 1|1"});
    CHECK(note_text(pair.result(), "n") == "no_key");
    CHECK(note_text(pair.result(), "v") == "view");
    CHECK(note_text(pair.result(), "rtree_mine") == "virtual");
    CHECK(note_text(pair.result(), "rtree_mine_node") == "derived");
    CHECK(pair.result().notes.size() == 6);
  }
}
