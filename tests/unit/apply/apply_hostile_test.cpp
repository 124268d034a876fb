// Files that do things of their own when rows are written: conflict clauses, ROLLBACK, foreign keys
// that fit nothing, triggers that replace.

#include <qfcsync/error.hpp>

#include "apply_fixture.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

/// The changes do not fit a file in which somebody else did something, and nothing happens.
void check_refused(const std::string& base, const std::string& edit, const std::string& other,
                   const std::string& kind) {
  CAPTURE(base);
  ApplyFixture f(base);
  const std::string changeset = f.changeset_of(edit);
  f.run(other);
  const std::string before = dump(f.file());
  CHECK(kinds(f.apply(changeset)) == kind);
  CHECK(dump(f.file()) == before);
  const auto result = f.apply_skipping(changeset);
  CHECK(result.is_applied);
  CHECK(result.changes_skipped == 1);
}

ErrorCode code_of(ApplyFixture& f, const std::string& changeset, MismatchPolicy policy) {
  try {
    ChangesetApplyOptions options;
    options.policy = policy;
    f.apply(changeset, options);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::Internal;
}

}  // namespace

TEST_SUITE("apply/hostile") {
  TEST_CASE("a constraint with ON CONFLICT takes no other row away and changes no value") {
    for (const char* action : {"REPLACE", "IGNORE", "ROLLBACK", "FAIL", "ABORT"}) {
      const std::string clause = std::string(" ON CONFLICT\n ") + action;
      const std::string rows = "; INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";
      const std::string unique =
          "CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE" + clause + ")" + rows;
      const std::string key = "CREATE TABLE t (id INTEGER PRIMARY KEY" + clause + ", u)" + rows;
      check_refused(unique, "INSERT INTO t VALUES (4, 'x'); UPDATE t SET u = 'y' WHERE id = 1",
                    "INSERT INTO t VALUES (9, 'x')", "unique");
      check_refused(unique, "UPDATE t SET u = id", "INSERT INTO t VALUES (9, 2)", "unique");
      check_refused(key, "INSERT INTO t VALUES (4, 'x'); UPDATE t SET u = 'y' WHERE id = 1",
                    "INSERT INTO t VALUES (4, 'mine')", "existing_row");
      check_refused("CREATE TABLE t (id INTEGER PRIMARY KEY, u)" + rows,
                    "UPDATE t SET u = NULL WHERE id = 2; UPDATE t SET u = 7 WHERE id = 3",
                    "CREATE TABLE s (id INTEGER PRIMARY KEY, u NOT NULL" + clause +
                        " DEFAULT 'd'); INSERT INTO s SELECT * FROM t; DROP TABLE t; ALTER TABLE s "
                        "RENAME TO t",
                    "not_null");
    }
  }

  TEST_CASE("unique values are swapped under ON CONFLICT REPLACE") {
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE ON CONFLICT REPLACE); INSERT INTO t "
        "VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    const std::string edit =
        "UPDATE t SET u = 'x' WHERE id = 1; UPDATE t SET u = 'a' WHERE id = 2; UPDATE t SET u = "
        "'b' WHERE id = 1; UPDATE t SET u = 'd' WHERE id = 3; INSERT INTO t VALUES (4, 'c')";
    const std::string expected = f.dump_after(edit);
    CHECK(f.apply(f.changeset_of(edit)).is_applied);
    CHECK(dump(f.file()) == expected);
  }

  TEST_CASE("a trigger that rolls back is an error, and not one row is written") {
    for (const auto policy : {MismatchPolicy::Abort, MismatchPolicy::Skip}) {
      ApplyFixture f(
          "CREATE TABLE t (id INTEGER PRIMARY KEY, u); INSERT INTO t VALUES (1, 1), (2, 2), (3, "
          "3)");
      const std::string changeset = f.changeset_of("UPDATE t SET u = u * 10");
      f.run(
          "CREATE TRIGGER g BEFORE UPDATE ON t WHEN NEW.id = 2 BEGIN SELECT RAISE(ROLLBACK, "
          "'never'); END");
      const std::string before = dump(f.file());
      CHECK(code_of(f, changeset, policy) == ErrorCode::SchemaMismatch);
      CHECK(dump(f.file()) == before);
    }
  }

  TEST_CASE("foreign keys that fit no columns do not stand in the way of those that do") {
    ApplyFixture f(
        "CREATE TABLE keyless (a); CREATE TABLE c1 (id INTEGER PRIMARY KEY, x REFERENCES keyless);"
        "CREATE TABLE c2 (id INTEGER PRIMARY KEY, x REFERENCES nowhere);"
        "CREATE TABLE c3 (id INTEGER PRIMARY KEY, x REFERENCES keyless (other));"
        "CREATE TABLE c4 (id INTEGER PRIMARY KEY, x REFERENCES nowhere (y));"
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p "
        "REFERENCES p); INSERT INTO p VALUES (1), (2)");
    const std::string changeset = f.changeset_of("INSERT INTO c VALUES (1, 1), (2, 2)");
    f.run("DELETE FROM p WHERE id = 2");
    CHECK(kinds(f.apply(changeset)) == "foreign_key");
    CHECK(f.apply_skipping(changeset).changes_skipped == 1);
    CHECK(f.rows("SELECT id FROM c") == "1\n");
  }

  TEST_CASE("what INSERT OR REPLACE of a trigger deletes was there before") {
    for (const char* key : {"id INTEGER PRIMARY KEY", "id TEXT PRIMARY KEY"}) {
      ApplyFixture f(std::string("CREATE TABLE log (") + key +
                     ", n); CREATE TABLE t (id INTEGER PRIMARY KEY, u); INSERT INTO log VALUES (1, "
                     "0); INSERT INTO t VALUES (1, 'a'), (2, 'b'); CREATE TRIGGER g AFTER UPDATE "
                     "ON t BEGIN INSERT OR REPLACE INTO log VALUES (1, (SELECT n + 1 FROM log "
                     "WHERE id = 1)); END");
      const std::string edit = "UPDATE t SET u = 'x' WHERE id = 1; UPDATE t SET u = id";
      const std::string expected = f.dump_after(edit);
      const auto result = f.apply(f.changeset_of(edit));
      CHECK(texts(result) == "");
      CHECK(dump(f.file()) == expected);
    }
  }

  TEST_CASE("what a trigger made already is not made again, which would fire the next one") {
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, "
        "'c'); CREATE TRIGGER g AFTER UPDATE ON t WHEN NEW.id < 3 BEGIN UPDATE t SET u = NEW.u "
        "WHERE id = NEW.id + 1; END");
    const std::string edit = "UPDATE t SET u = 'x' WHERE id = 1";
    const std::string expected = f.dump_after(edit);
    CHECK(f.apply(f.changeset_of(edit)).is_applied);
    CHECK(dump(f.file()) == expected);
  }

  TEST_CASE("a trigger of a delete that breaks a unique constraint is a mismatch of the delete") {
    check_refused(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE); INSERT INTO t VALUES (1, 1), (2, 2), "
        "(3, 3)",
        "DELETE FROM t WHERE id = 1; UPDATE t SET u = 7 WHERE id = 3",
        "CREATE TRIGGER g AFTER DELETE ON t BEGIN UPDATE t SET u = 7 WHERE id = 2; UPDATE t SET u "
        "= 7 WHERE id = 3; END",
        "unique");
  }

  TEST_CASE("tables that hide SQLite's own answers are refused") {
    ApplyFixture f("CREATE TABLE t (id INTEGER PRIMARY KEY, u); INSERT INTO t VALUES (1, 1)");
    const std::string changeset = f.changeset_of("UPDATE t SET u = 2");
    f.run("CREATE TABLE pragma_table_list (schema, name, type, wr, strict)");
    CHECK(code_of(f, changeset, MismatchPolicy::Abort) == ErrorCode::Unsupported);
  }
}
