// What fits, what does not, and what is said about it.

#include <qfcsync/error.hpp>

#include "apply_fixture.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

const std::string kTrees =
    "CREATE TABLE trees (id INTEGER PRIMARY KEY, name TEXT, height REAL, any, note TEXT COLLATE "
    "NOCASE); INSERT INTO trees VALUES (1, 'oak', 12.5, 1, 'Old'), (2, 'elm', 3.0, x'00ff', NULL),"
    " (3, 'fir', NULL, 2.5, 'b')";

}  // namespace

TEST_SUITE("apply/apply") {
  TEST_CASE("a changeset does what the edit did, and its inverse takes it back") {
    for (const char* sql : {
             "INSERT INTO trees VALUES (7, 'ash', 1.0, 'x', NULL)",
             "UPDATE trees SET name = 'oak tree' WHERE id = 1",
             "DELETE FROM trees WHERE id = 2",
             "UPDATE trees SET note = 'old' WHERE id = 1",
             "UPDATE trees SET any = 1.0 WHERE id = 1",
             "UPDATE trees SET name = 'a' || char(0) || 'b', any = zeroblob(0) WHERE id = 3",
             "UPDATE trees SET name = '', height = 9e999 WHERE id = 3",
             "INSERT INTO trees VALUES (-9223372036854775808, NULL, NULL, NULL, NULL), "
             "(9223372036854775807, '', 0.0, '', '')",
             "UPDATE trees SET id = id + 10",
             "DELETE FROM trees",
         }) {
      ApplyFixture f(kTrees);
      check_same_as_edit(f, sql);
    }
  }

  TEST_CASE("all sorts of tables are written") {
    for (const char* table : {
             "CREATE TABLE t (a TEXT PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES ('k', 1)",
             "CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b); INSERT INTO t VALUES ('k', 1)",
             "CREATE TABLE t (a, b, PRIMARY KEY (b, a)); INSERT INTO t VALUES ('k', 1)",
             "CREATE TABLE t (a ANY PRIMARY KEY, b INT) STRICT; INSERT INTO t VALUES ('k', 1)",
             "CREATE TABLE t (a PRIMARY KEY, c AS (b * 2), b, d AS (a) STORED); INSERT INTO t "
             "VALUES ('k', 1)",
             "CREATE TABLE \"odd \"\"name\" (a); CREATE TABLE t (a PRIMARY KEY, \"b\"\" c\"); "
             "INSERT INTO t VALUES ('k', 1)",
         }) {
      CAPTURE(table);
      ApplyFixture f(table);
      const std::string second = f.rows(
          "SELECT name FROM pragma_table_xinfo('t') WHERE name LIKE "
          "'b%'");
      const std::string column = second.substr(1, second.size() - 3);
      const std::string quoted = column == "b" ? "b" : "\"b\"\" c\"";
      check_same_as_edit(f, fmt::format("INSERT INTO t (a, {0}) VALUES ('K2', 5); UPDATE t SET {0} "
                                        "= 7 WHERE a = 'k'",
                                        quoted));
      check_same_as_edit(f, "DELETE FROM t");
    }
  }

  TEST_CASE("a key that differs in letter case only is another row") {
    ApplyFixture f(
        "CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b); INSERT INTO t VALUES "
        "('k', 1)");
    check_same_as_edit(f, "UPDATE t SET a = 'K'");
    const auto changeset =
        ChangesetBuilder().table("t", {1, 0}).remove({text("K"), integer(1)}).finish();
    const auto result = f.apply(changeset);
    CHECK(kinds(result) == "other_value");
    CHECK(texts(result) == "delete of t with a = 'K': a is 'k', but the changeset expects 'K'\n");
    CHECK(f.rows("SELECT * FROM t") == "'k'|1\n");
  }

  TEST_CASE("AUTOINCREMENT goes on above inserted keys") {
    ApplyFixture f("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b)");
    const std::string sql = "INSERT INTO t VALUES (41, 1)";
    CHECK(f.apply(f.changeset_of(sql)).is_applied);
    f.run("DELETE FROM t; INSERT INTO t (b) VALUES (2)");
    CHECK(f.rows("SELECT * FROM t") == "42|2\n");
  }

  TEST_CASE("a mismatch names table, key, column, expected and found, and nothing is changed") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of(
        "UPDATE trees SET name = 'ash' WHERE id = 1; DELETE FROM trees WHERE id = 2");
    f.run("UPDATE trees SET name = 'oak!' WHERE id = 1");
    const std::string before = bytes_of(f.file());
    const auto result = f.apply(changeset);
    CHECK_FALSE(result.is_applied);
    CHECK(result.changes_applied == 0);
    REQUIRE(result.mismatch_count == 1);
    const Mismatch& mismatch = result.mismatches[0];
    CHECK(mismatch.kind == MismatchKind::OtherValue);
    CHECK(mismatch.operation == Operation::Update);
    CHECK(mismatch.table == "trees");
    CHECK(mismatch.key_columns == std::vector<std::string>{"id"});
    CHECK(mismatch.key == std::vector<Value>{Value(integer(1))});
    CHECK(mismatch.column == "name");
    CHECK(mismatch.expected == Value(text("oak")));
    CHECK(mismatch.found == Value(text("oak!")));
    CHECK(mismatch.text ==
          "update of trees with id = 1: name is 'oak!', but the changeset expects 'oak'");
    CHECK(bytes_of(f.file()) == before);
  }

  TEST_CASE("values are compared as they are stored") {
    for (const char* sql :
         {"UPDATE trees SET note = 'OLD' WHERE id = 1", "UPDATE trees SET any = 1.0 WHERE id = 1",
          "UPDATE trees SET any = '1' WHERE id = 1", "UPDATE trees SET any = x'31' WHERE id = 1"}) {
      CAPTURE(sql);
      ApplyFixture f(kTrees);
      const std::string changeset = f.changeset_of("DELETE FROM trees WHERE id = 1");
      f.run(sql);
      CHECK(kinds(f.apply(changeset)) == "other_value");
    }
  }

  TEST_CASE("with Skip all other changes are made") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of(
        "UPDATE trees SET name = 'ash' WHERE id = 1; DELETE FROM trees WHERE id = 2;"
        "UPDATE trees SET name = 'yew' WHERE id = 3; INSERT INTO trees (id) VALUES "
        "(4), (5)");
    f.run(
        "UPDATE trees SET name = 'oak!' WHERE id = 1; DELETE FROM trees WHERE id = 2; INSERT "
        "INTO trees (id, name) VALUES (5, 'mine')");
    const auto result = f.apply_skipping(changeset);
    CHECK(result.is_applied);
    CHECK(result.changes_applied == 2);
    CHECK(result.changes_skipped == 3);
    CHECK(result.mismatch_count == 3);
    CHECK(f.rows("SELECT id, name FROM trees") == "1|'oak!'\n3|'yew'\n4|NULL\n5|'mine'\n");
    for (const char* kind : {"other_value", "missing_row", "existing_row"}) {
      CHECK(kinds(result).find(kind) != std::string::npos);
    }
  }

  TEST_CASE("what the table refuses is a mismatch of its kind") {
    const auto kind = [](const char* table, const std::vector<ValueView>& row) {
      ApplyFixture f(table);
      const std::vector<std::uint8_t> key{1, 0};
      const auto result = f.apply(ChangesetBuilder().table("t", key).insert(row).finish());
      CHECK_FALSE(result.is_applied);
      CHECK(f.rows("SELECT count(*) FROM t WHERE id = 1") == "0\n");
      return kinds(result) + " " + (result.mismatches.empty() ? "" : result.mismatches[0].column);
    };
    const std::vector<ValueView> row{integer(1), text("x")};
    CHECK(kind("CREATE TABLE t (id INTEGER PRIMARY KEY, b UNIQUE); INSERT INTO t VALUES (2, 'x')",
               row) == "unique b");
    CHECK(kind("CREATE TABLE t (id INTEGER PRIMARY KEY, b NOT NULL)",
               {integer(1), ValueView::null()}) == "not_null b");
    CHECK(kind("CREATE TABLE t (id INTEGER PRIMARY KEY, b CHECK (b <> 'x'))", row) == "check ");
    CHECK(kind("CREATE TABLE t (id INTEGER PRIMARY KEY, b INT) STRICT", row) == "other ");
    CHECK(kind("CREATE TABLE t (id INTEGER PRIMARY KEY, b); CREATE TRIGGER g BEFORE INSERT ON t "
               "BEGIN SELECT RAISE(ABORT, 'never'); END",
               row) == "check ");
    CHECK(kind("CREATE TABLE t (id INTEGER PRIMARY KEY, b); CREATE TRIGGER g BEFORE INSERT ON t "
               "BEGIN SELECT RAISE(IGNORE); END",
               row) == "check ");
    CHECK(kind("CREATE TABLE p (a PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, b "
               "REFERENCES p)",
               row) == "foreign_key b");
  }

  TEST_CASE("the holder of a unique value is named") {
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, b UNIQUE); INSERT INTO t VALUES "
        "(2, 'x')");
    const auto result =
        f.apply(ChangesetBuilder().table("t", {1, 0}).insert({integer(1), text("x")}).finish());
    CHECK(texts(result) ==
          "insert of t with id = 1: b 'x' has to be unique, but the row with id = 2 holds it\n");
  }

  TEST_CASE("at most max_reported mismatches are kept, the handler gets all") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of("DELETE FROM trees");
    f.run("DELETE FROM trees");
    ChangesetApplyOptions options;
    options.policy = MismatchPolicy::Skip;
    options.max_reported = 2;
    int handled = 0;
    options.on_mismatch = [&](const Mismatch&, const Change& change) {
      CHECK(change.operation == Operation::Delete);
      ++handled;
    };
    const auto result = f.apply(changeset, options);
    CHECK(result.mismatches.size() == 2);
    CHECK(result.mismatch_count == 3);
    CHECK(handled == 3);
  }

  TEST_CASE("a dry run does everything and changes no byte") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of("DELETE FROM trees WHERE id > 1");
    const std::string before = bytes_of(f.file());
    ChangesetApplyOptions options;
    options.dry_run = true;
    const auto result = f.apply(changeset, options);
    CHECK_FALSE(result.is_applied);
    CHECK(result.changes_applied == 2);
    CHECK(bytes_of(f.file()) == before);
  }

  TEST_CASE("a table that is missing or has other columns is refused by name") {
    const auto error_of = [](ApplyFixture& f, const std::string& changeset) {
      const std::string before = bytes_of(f.file());
      std::string message;
      try {
        f.apply(changeset);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::SchemaMismatch);
        message = error.what();
      }
      CHECK(bytes_of(f.file()) == before);
      return message;
    };
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, b, c); CREATE VIEW v AS SELECT 1 a, 2 "
        "b; CREATE TABLE n (a, b)");
    const auto insert_into = [](const char* table, std::vector<std::uint8_t> key) {
      std::vector<ValueView> row(key.size(), integer(1));
      return ChangesetBuilder().table(table, std::move(key)).insert(row).finish();
    };
    CHECK(error_of(f, insert_into("none", {1, 0})).find("no such table") != std::string::npos);
    CHECK(error_of(f, insert_into("t", {1, 0})) ==
          f.file().string() +
              ": table t: the file has 3 columns, the changeset 2; bring the file to the schema of "
              "the "
              "changeset first");
    CHECK(error_of(f, insert_into("t", {0, 1, 0})).find("\"id\"") != std::string::npos);
    CHECK(error_of(f, insert_into("v", {1, 0})).find("view") != std::string::npos);
    CHECK(error_of(f, insert_into("n", {1, 0})).find("no primary key") != std::string::npos);
  }

  TEST_CASE("a target that is no database is refused by its name") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of("DELETE FROM trees WHERE id > 1");
    std::ofstream(f.file(), std::ios::binary) << std::string(5000, 'x');
    try {
      f.apply(changeset);
      FAIL("no database was changed");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::Corrupt);
      CHECK(error.what() == f.file().string() + " is no SQLite database");
    }
  }

  TEST_CASE("names of columns count where the changeset tells them") {
    ApplyFixture f("CREATE TABLE t (id INTEGER PRIMARY KEY, b)");
    ChangesetEnvelope envelope;
    TableSchema schema;
    schema.name = "t";
    schema.columns = {{"id", "INTEGER", 1, false, {}}, {"other", "", 0, false, {}}};
    envelope.tables.push_back(schema);
    MemorySink sink;
    ChangesetWriter writer(sink, &envelope);
    writer.begin_table({"t", {1, 0}});
    const std::vector<ValueView> row{integer(1), integer(2)};
    writer.write({Operation::Insert, false, nullptr, {}, row});
    writer.finish();
    CHECK_THROWS_WITH_AS(
        f.apply(sink.bytes()),
        doctest::Contains("table t: column 2 is \"b\" in the file, but \"other\" in "
                          "the changeset"),
        Error);
  }

  TEST_CASE("a changeset that is cut anywhere changes nothing") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of(
        "DELETE FROM trees WHERE id = 1; UPDATE trees SET name = 'x'; INSERT INTO trees VALUES (9, "
        "'a', 2.0, 3, 'q')");
    const std::string before = bytes_of(f.file());
    int refused = 0;
    for (std::size_t size = 0; size < changeset.size(); ++size) {
      CAPTURE(size);
      ChangesetApplyOptions options;
      options.dry_run = true;  // cuts between changes are changesets
      try {
        f.apply(std::string_view(changeset).substr(0, size), options);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::Corrupt);
        ++refused;
      }
      CHECK(bytes_of(f.file()) == before);
    }
    CHECK(refused > 50);
  }

  TEST_CASE("the caller can stop it, and nothing is changed") {
    ApplyFixture f(kTrees);
    const std::string changeset = f.changeset_of("DELETE FROM trees");
    const std::string before = bytes_of(f.file());
    ChangesetApplyOptions options;
    double last = -1;
    options.progress = [&](double share) {
      last = share;
      return false;
    };
    CHECK_THROWS_AS(f.apply(changeset, options), Error);
    CHECK(last >= 0);
    CHECK(bytes_of(f.file()) == before);
  }

  TEST_CASE("an empty changeset is applied and changes no byte") {
    ApplyFixture f(kTrees);
    const std::string before = bytes_of(f.file());
    CHECK(f.apply("").is_applied);
    CHECK(bytes_of(f.file()) == before);
  }
}
