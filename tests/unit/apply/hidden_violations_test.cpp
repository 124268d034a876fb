// Foreign keys that are newly violated while the same changeset mends others: SQLite counts both in
// one number.

#include <qfcsync/error.hpp>

#include "apply_fixture.hpp"
#include "support/seed_offset.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <sstream>

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

  TEST_CASE("an orphan of a table that refers to itself can be edited") {
    ApplyFixture f(
        "PRAGMA foreign_keys = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t(id), "
        "name TEXT); INSERT INTO t VALUES (1, NULL, 'a'), (2, 77, 'b');");
    const std::string changeset = f.changeset_of("UPDATE t SET name = name || '!'");
    const auto result = f.apply(changeset);
    CHECK(texts(result) == "");
    CHECK(result.is_applied);
    CHECK(f.rows("SELECT * FROM t") == "1|NULL|'a!'\n2|77|'b!'\n");
  }

  /// Three tables with rows that refer to each other or to nothing.
  class RandomFamily {
   public:
    explicit RandomFamily(std::uint64_t seed) : random_(seed), has_actions_(pick(2) == 0) {}

    bool has_actions() const { return has_actions_; }
    std::string base() {
      std::string sql =
          "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY, code "
          "TEXT UNIQUE, up REFERENCES p(id)" +
          action() +
          ");"
          "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p(id)" +
          action() + ", code REFERENCES p(code)" + action() +
          ");"
          "CREATE TABLE d (id INTEGER PRIMARY KEY, c REFERENCES c(id)" +
          action() + ", p TEXT REFERENCES p(id)" + action() + ");";
      for (int i = 0; i < 12; ++i) sql += insert();
      return sql;
    }
    std::string edits() {
      std::string sql = "PRAGMA foreign_keys = OFF;";
      for (int i = 0; i < 8; ++i) {
        const std::string table = pick(3) == 0 ? "p" : pick(2) == 0 ? "c" : "d";
        const std::string where = " WHERE id = " + key() + ";";
        switch (pick(4)) {
          case 0:
            sql += "DELETE FROM " + table + where;
            break;
          case 1:
            sql += insert();
            break;
          case 2:
            sql += "UPDATE OR IGNORE p SET code = " + code() + ", up = " + reference() + where;
            break;
          default:
            sql += "UPDATE c SET p = " + reference() + ", code = " + code() + where +
                   "UPDATE d SET p = " + reference() + where;
        }
      }
      return sql;
    }

   private:
    unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
    std::string key() { return std::to_string(1 + pick(7)); }
    std::string code() { return pick(3) == 0 ? "NULL" : "'k" + std::to_string(pick(6)) + "'"; }
    std::string reference() { return pick(3) == 0 ? "NULL" : std::to_string(1 + pick(9)); }
    std::string action() {
      const char* plain[] = {"", " DEFERRABLE INITIALLY DEFERRED", ""};
      const char* acting[] = {" ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE", ""};
      return (has_actions_ ? acting : plain)[pick(3)];
    }
    std::string insert() {
      switch (pick(3)) {
        case 0:
          return "INSERT OR IGNORE INTO p VALUES (" + key() + ", " + code() + ", " + reference() +
                 ");";
        case 1:
          return "INSERT OR IGNORE INTO c VALUES (" + key() + ", " + reference() + ", " + code() +
                 ");";
        default:
          return "INSERT OR IGNORE INTO d VALUES (" + key() + ", " + reference() + ", " +
                 reference() + ");";
      }
    }

    std::mt19937_64 random_;
    bool has_actions_;
  };

  std::set<std::string> violations(const std::filesystem::path& file) {
    const Sqlite database(file);
    std::set<std::string> lines;
    for (const auto& [name, sql] :
         {std::pair("p.up",
                    "SELECT id, up FROM p t WHERE NOT EXISTS (SELECT 1 FROM p WHERE id = "
                    "t.up) AND up IS NOT NULL"),
          std::pair("c.p",
                    "SELECT id, p FROM c WHERE NOT EXISTS (SELECT 1 FROM p WHERE p.id = c.p) "
                    "AND p IS NOT NULL"),
          std::pair("c.code",
                    "SELECT id, code FROM c WHERE NOT EXISTS (SELECT 1 FROM p WHERE "
                    "p.code = c.code) AND code IS NOT NULL"),
          std::pair("d.c",
                    "SELECT id, c FROM d WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.id = d.c) "
                    "AND c IS NOT NULL"),
          std::pair("d.p",
                    "SELECT id, p FROM d WHERE NOT EXISTS (SELECT 1 FROM p WHERE p.id = d.p) "
                    "AND p IS NOT NULL")}) {
      std::istringstream rows(database.rows(sql));
      for (std::string row; std::getline(rows, row);) lines.insert(name + (" " + row));
    }
    return lines;
  }

  TEST_CASE("random families: what hangs on nothing afterwards did so before") {
    int refused = 0;
    for (std::uint64_t seed = seed_offset() + 1; seed <= seed_offset() + 400; ++seed) {
      CAPTURE(seed);
      RandomFamily family(seed);
      ApplyFixture f(family.base());
      const std::string edits = family.edits();
      CAPTURE(edits);
      const std::string changeset = f.changeset_of(edits);
      const auto edited = f.copy("edited.db");
      Sqlite(edited).run(edits);
      const auto before = violations(f.file());
      const auto wanted = violations(edited);
      const bool is_worse =
          !std::includes(before.begin(), before.end(), wanted.begin(), wanted.end());
      const auto result = f.apply(changeset);
      CAPTURE(texts(result));
      if (!family.has_actions()) CHECK(result.is_applied != is_worse);
      if (!result.is_applied) {
        ++refused;
        CHECK(violations(f.file()) == before);
        try {
          const bool is_applied = f.apply_skipping(changeset).is_applied;
          CHECK(is_applied);
        } catch (const Error& error) {
          // Rows that are taken along leave others behind: that is no single change's fault.
          if (!family.has_actions()) throw;
          CHECK(error.code() == ErrorCode::SchemaMismatch);
        }
      }
      const auto after = violations(f.file());
      CHECK(std::includes(before.begin(), before.end(), after.begin(), after.end()));
    }
    CHECK(refused > 40);
  }

  }  // namespace
}
