// Foreign keys that are newly violated while the same changeset mends others: SQLite counts both in
// one number.

#include "apply_fixture.hpp"

#include <doctest/doctest.h>

TEST_SUITE("apply/hidden_violations") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;
  using namespace qfcsync::test;

  ValueView integer(std::int64_t value) { return ValueView::integer(value); }
  ValueView text(std::string_view value) { return ValueView::text(value); }
  const ValueView kNone;

  /// p <- c <- d, and q for second references. Orphans: c 90 and 91 lack p 77, d 80 lacks c 60.
  const std::string kSchema =
      "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE);"
      "CREATE TABLE q (id INTEGER PRIMARY KEY);"
      "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p(id), q REFERENCES q(id));"
      "CREATE TABLE d (id INTEGER PRIMARY KEY, c REFERENCES c(id), code REFERENCES p(code));"
      "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO q VALUES (1);"
      "INSERT INTO c VALUES (1, 1, 1), (90, 77, NULL), (91, 77, NULL);"
      "INSERT INTO d VALUES (1, 1, NULL), (2, NULL, 'b'), (80, 60, NULL);";

  /// One change that may not pass, among others that mend.
  void check_found(const std::string& schema, const std::string& changeset,
                   const std::string& bad_row) {
    ApplyFixture f(schema);
    const std::string before = dump(f.file());
    const auto result = f.apply(changeset);
    CHECK_FALSE(result.is_applied);
    CHECK(dump(f.file()) == before);
    CHECK(kinds(result) == "foreign_key");
    CHECK(texts(result).find(bad_row) != std::string::npos);
    const std::size_t orphans = f.rows("PRAGMA foreign_key_check").size();
    const auto skipped = f.apply_skipping(changeset);
    CHECK(skipped.is_applied);
    CHECK(skipped.changes_skipped == 1);
    CHECK(f.rows("PRAGMA foreign_key_check").size() <= orphans);
  }

  TEST_CASE("a row without its parent, while an orphan is deleted") {
    check_found(kSchema,
                ChangesetBuilder()
                    .table("c", {1, 0, 0})
                    .insert({integer(5), integer(88), ValueView::null()})
                    .remove({integer(90), integer(77), ValueView::null()})
                    .finish(),
                "c with id = 5");
  }

  TEST_CASE("a row without its parent, while the parent of orphans is inserted") {
    check_found(kSchema,
                ChangesetBuilder()
                    .table("c", {1, 0, 0})
                    .insert({integer(5), integer(88), ValueView::null()})
                    .insert({integer(6), integer(89), ValueView::null()})
                    .table("p", {1, 0})
                    .insert({integer(88), ValueView::null()})
                    .insert({integer(77), ValueView::null()})
                    .finish(),
                "c with id = 6");
  }

  TEST_CASE("an update leads to no parent, while an orphan is led to one") {
    check_found(kSchema,
                ChangesetBuilder()
                    .table("c", {1, 0, 0})
                    .update({integer(1), integer(1), kNone}, {kNone, integer(88), kNone})
                    .update({integer(90), integer(77), kNone}, {kNone, integer(2), kNone})
                    .finish(),
                "c with id = 1");
  }

  TEST_CASE("a parent is deleted, while an orphan is") {
    // Changes of the parent come first: SQLite counts 1 for the child of the file.
    check_found(kSchema,
                ChangesetBuilder()
                    .table("p", {1, 0})
                    .remove({integer(1), text("a")})
                    .table("c", {1, 0, 0})
                    .remove({integer(90), integer(77), ValueView::null()})
                    .finish(),
                "p with id = 1");
  }

  TEST_CASE("a value that is referred to changes, while an orphan is deleted") {
    check_found(kSchema,
                ChangesetBuilder()
                    .table("p", {1, 0})
                    .update({integer(2), text("b")}, {kNone, text("new")})
                    .table("c", {1, 0, 0})
                    .remove({integer(90), integer(77), ValueView::null()})
                    .finish(),
                "p with id = 2");
  }

  TEST_CASE("one row lacks its parent and is what an orphan lacked") {
    check_found(kSchema,
                ChangesetBuilder()
                    .table("c", {1, 0, 0})
                    .insert({integer(60), integer(88), ValueView::null()})
                    .finish(),
                "c with id = 60");
  }

  TEST_CASE("one update violates one key and mends another") {
    check_found(
        kSchema,
        ChangesetBuilder()
            .table("c", {1, 0, 0})
            .update({integer(90), integer(77), ValueView::null()}, {kNone, integer(1), integer(44)})
            .finish(),
        "c with id = 90");
  }

  TEST_CASE("references and collations count as the parent's column sees them") {
    const std::string schema =
        "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT COLLATE "
        "NOCASE UNIQUE); CREATE TABLE c (id INTEGER PRIMARY KEY, p TEXT REFERENCES p(id), q TEXT "
        "REFERENCES p(code)); INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, NULL);"
        "INSERT INTO c VALUES (1, '01', NULL), (2, NULL, 'B'), (90, '77', NULL);";
    check_found(schema,
                ChangesetBuilder()
                    .table("p", {1, 0})
                    .remove({integer(1), text("a")})
                    .table("c", {1, 0, 0})
                    .remove({integer(90), text("77"), ValueView::null()})
                    .finish(),
                "p with id = 1");
    check_found(schema,
                ChangesetBuilder()
                    .table("p", {1, 0})
                    .remove({integer(2), text("b")})
                    .table("c", {1, 0, 0})
                    .remove({integer(90), text("77"), ValueView::null()})
                    .finish(),
                "p with id = 2");
  }

  TEST_CASE("a key that is deferred and one that is not do not make up for each other") {
    const std::string schema =
        "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p(id));"
        "CREATE TABLE e (id INTEGER PRIMARY KEY, p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO p VALUES (1); INSERT INTO e VALUES (90, 77), (91, 77);";
    check_found(schema,
                ChangesetBuilder()
                    .table("c", {1, 0})
                    .insert({integer(5), integer(88)})
                    .table("e", {1, 0})
                    .remove({integer(90), integer(77)})
                    .finish(),
                "c with id = 5");
  }

  TEST_CASE("a delete that cascades, while rows that it takes along were orphans") {
    const std::string schema =
        "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE, q "
        "REFERENCES "
        "p(id)); CREATE TABLE d (id INTEGER PRIMARY KEY, p REFERENCES p(id));"
        "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1, 77), (2, 1, 77);"
        "INSERT INTO d VALUES (1, 1);";
    check_found(
        schema,
        ChangesetBuilder().table("p", {1}).remove({integer(1)}).table("c", {1, 0, 0}).finish(),
        "p with id = 1");
  }

  TEST_CASE("children before their parents, and what was an orphan before, are no mismatch") {
    ApplyFixture f(kSchema);
    const std::string changeset =
        ChangesetBuilder()
            .table("c", {1, 0, 0})
            .insert({integer(5), integer(88), ValueView::null()})
            .update({integer(91), kNone, ValueView::null()}, {kNone, kNone, integer(1)})
            .table("d", {1, 0, 0})
            .insert({integer(9), integer(5), text("z")})
            .table("p", {1, 0})
            .insert({integer(88), text("z")})
            .finish();
    const auto result = f.apply(changeset);
    CHECK(texts(result) == "");
    CHECK(result.is_applied);
  }

  }  // namespace
}
