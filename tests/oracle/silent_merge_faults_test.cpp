// What geodiff loses, spoils or refuses when both sides changed something: ours ends right, or the
// losing side is in the list of conflicts.

#include "geodiff_side.hpp"
#include "three_files.hpp"

#include <string>

using namespace qfcsync;
using namespace qfcsync::oracle;

namespace {

/// Whether geodiff fails to merge, or the query on its result does not give what is right. True
/// without geodiff.
bool is_fault_of_geodiff(const ThreeFiles& files, const std::string& sql,
                         const std::string& right) {
  Geodiff* geodiff = Geodiff::find();
  if (geodiff == nullptr) return true;
  const auto ours = files.folder / "geodiff.db";
  copy_database(files.ours, ours);
  if (!geodiff->merge(files.base, files.theirs, ours, files.scratch)) return true;
  return ThreeFiles::rows(ours, sql) != right;
}

const std::string kNames = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);";

}  // namespace

TEST_SUITE("oracle/silent faults") {
  TEST_CASE("both sides insert with a key above 2^31") {
    const ThreeFiles files(kNames + "INSERT INTO t VALUES (3000000000, 'base')",
                           "INSERT INTO t VALUES (3000000001, 'ours')",
                           "INSERT INTO t VALUES (3000000001, 'theirs')");
    const std::string sql = "SELECT * FROM t ORDER BY id";
    const std::string right = "3000000000|base;3000000001|theirs;3000000002|ours";
    CHECK(is_fault_of_geodiff(files, sql, right));
    const auto merged = files.merge();
    CHECK(ThreeFiles::rows(files.result, sql) == right);
    REQUIRE(merged.result.renumbered.size() == 1);
    CHECK(merged.result.renumbered[0] == RenumberedKey{"t", 3000000001, 3000000002});
    REQUIRE(merged.conflicts.size() == 1);
    CHECK(merged.conflicts[0].kind == ConflictKind::KeyCollision);
    CHECK(merged.conflicts[0].written == Side::Both);
  }

  TEST_CASE("keys that are equal in their lower 32 bits are two rows") {
    const ThreeFiles files(kNames + "INSERT INTO t VALUES (1, 'one'), (4294967297, 'far')",
                           "UPDATE t SET name = 'edited' WHERE id = 4294967297",
                           "DELETE FROM t WHERE id = 1");
    const std::string sql = "SELECT * FROM t ORDER BY id";
    CHECK(is_fault_of_geodiff(files, sql, "4294967297|edited"));
    CHECK(files.merge().conflicts.empty());
    CHECK(ThreeFiles::rows(files.result, sql) == "4294967297|edited");
  }

  TEST_CASE("both sides insert rows with text keys") {
    const ThreeFiles files("CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, name TEXT)",
                           "INSERT INTO t VALUES ('a', 'ours'), ('same', 'ours')",
                           "INSERT INTO t VALUES ('b', 'theirs'), ('same', 'theirs')");
    const std::string sql = "SELECT * FROM t ORDER BY id";
    const std::string right = "a|ours;b|theirs;same|ours";
    CHECK(is_fault_of_geodiff(files, sql, right));
    const auto merged = files.merge();
    CHECK(ThreeFiles::rows(files.result, sql) == right);
    REQUIRE(merged.conflicts.size() == 1);
    CHECK(merged.conflicts[0].kind == ConflictKind::KeyCollision);
    CHECK(merged.conflicts[0].written == Side::Ours);
    bool has_theirs = false;
    for (const auto& cell : merged.conflicts[0].cells) {
      has_theirs |= cell.theirs.view() == ValueView::text("theirs");
    }
    CHECK(has_theirs);
  }

  TEST_CASE("both sides insert a parent of the same key and a child of it") {
    const std::string schema =
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE child (id INTEGER "
        "PRIMARY KEY, parent INTEGER REFERENCES parent (id), name TEXT); INSERT INTO parent VALUES "
        "(1, 'base');";
    const ThreeFiles files(
        schema,
        "INSERT INTO parent VALUES (2, 'ours'); INSERT INTO child VALUES (1, 2, 'child of ours')",
        "INSERT INTO parent VALUES (2, 'theirs'); INSERT INTO child VALUES (1, 2, 'child of "
        "theirs')");
    const std::string sql =
        "SELECT child.name, parent.name FROM child JOIN parent ON parent.id = child.parent ORDER "
        "BY child.name";
    const std::string right = "child of ours|ours;child of theirs|theirs";
    CHECK(is_fault_of_geodiff(files, sql, right));
    const auto merged = files.merge();
    CHECK(ThreeFiles::rows(files.result, sql) == right);
    CHECK(merged.result.renumbered.size() == 2);
  }

  TEST_CASE("ours deletes what theirs edits: their values are in the conflict") {
    const ThreeFiles files(kNames + "INSERT INTO t VALUES (1, 'base')", "DELETE FROM t",
                           "UPDATE t SET name = 'their edit'");
    CHECK(is_fault_of_geodiff(files, "SELECT * FROM t", "1|their edit"));
    for (const MergePolicy policy : {MergePolicy::Ours, MergePolicy::Theirs}) {
      MergeOptions options;
      options.policy = policy;
      const auto merged = files.merge(options);
      REQUIRE(merged.conflicts.size() == 1);
      const Conflict& conflict = merged.conflicts[0];
      CHECK(conflict.kind == ConflictKind::OursDeletedTheirsEdited);
      bool has_theirs = false;
      for (const auto& cell : conflict.cells) {
        has_theirs |= cell.theirs.view() == ValueView::text("their edit");
      }
      CHECK(has_theirs);
      CHECK(ThreeFiles::rows(files.result, "SELECT * FROM t") ==
            (policy == MergePolicy::Ours ? "" : "1|their edit"));
    }
  }

  TEST_CASE("both sides insert into a gap between keys") {
    const ThreeFiles files(kNames + "INSERT INTO t VALUES (1, 'one'), (9, 'nine')",
                           "INSERT INTO t VALUES (5, 'ours')",
                           "INSERT INTO t VALUES (5, 'theirs')");
    const std::string sql = "SELECT * FROM t ORDER BY id";
    const std::string right = "1|one;5|theirs;9|nine;10|ours";
    CHECK(is_fault_of_geodiff(files, sql, right));
    files.merge();
    CHECK(ThreeFiles::rows(files.result, sql) == right);
  }

  TEST_CASE("both sides insert the same UNIQUE value: nothing is lost") {
    const ThreeFiles files("CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT);",
                           "INSERT INTO t VALUES (1, 'A1', 'ours')",
                           "INSERT INTO t VALUES (2, 'A1', 'theirs')");
    CHECK(is_fault_of_geodiff(files, "SELECT count(*) FROM t", "2"));
    const auto merged = files.merge();
    REQUIRE(merged.conflicts.size() == 1);
    CHECK(merged.conflicts[0].kind == ConflictKind::Unique);
    CHECK(ThreeFiles::rows(files.result,
                           "SELECT count(*), count(DISTINCT name) FROM t WHERE id IN "
                           "(1, 2)") == "2|2");
    CHECK(ThreeFiles::rows(files.result, "SELECT name FROM t WHERE code = 'A1'") == "ours");
  }

  TEST_CASE("unique values are swapped") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT); INSERT INTO t "
        "VALUES (1, 'a', 'x'), (2, 'b', 'y')",
        "UPDATE t SET name = 'ours' WHERE id = 1",
        "UPDATE t SET code = 'tmp' WHERE id = 1; UPDATE t SET code = 'a' WHERE id = 2; UPDATE t "
        "SET code = 'b' WHERE id = 1");
    const std::string sql = "SELECT * FROM t ORDER BY id";
    const std::string right = "1|b|ours;2|a|y";
    CHECK(is_fault_of_geodiff(files, sql, right));
    CHECK(files.merge().conflicts.empty());
    CHECK(ThreeFiles::rows(files.result, sql) == right);
    // The other way round, the swap is what has to be applied.
    CHECK(merged(files.base, files.theirs, files.ours, files.result).conflicts.empty());
    CHECK(ThreeFiles::rows(files.result, sql) == right);
  }

  TEST_CASE("theirs deletes a parent that ours refers to") {
    const ThreeFiles files(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE child (id INTEGER "
        "PRIMARY KEY, parent INTEGER REFERENCES parent (id)); INSERT INTO parent VALUES (1, "
        "'base')",
        "INSERT INTO child VALUES (10, 1)", "DELETE FROM parent");
    const std::string sql =
        "SELECT child.id, parent.name FROM child LEFT JOIN parent ON parent.id "
        "= child.parent";
    CHECK(is_fault_of_geodiff(files, sql, "10|base"));
    const auto merged = files.merge();
    REQUIRE(merged.conflicts.size() == 1);
    CHECK(merged.conflicts[0].kind == ConflictKind::MissingParent);
    CHECK(ThreeFiles::rows(files.result, sql) == "10|base");
    MergeOptions options;
    options.policy = MergePolicy::Theirs;
    CHECK(files.merge(options).conflicts.size() == 1);
    CHECK(ThreeFiles::rows(files.result, sql) == "10|NULL");
    CHECK(ThreeFiles::rows(files.result, "PRAGMA foreign_key_check") == "");
  }

  TEST_CASE("composite keys are merged like others") {
    const ThreeFiles files(
        "CREATE TABLE t (plot TEXT NOT NULL, number INTEGER NOT NULL, name TEXT, girth REAL, "
        "PRIMARY KEY (plot, number)); INSERT INTO t VALUES ('p', 1, 'oak', 1.5), ('p', 2, 'elm', "
        "2.5), ('q', 1, 'fir', 3.5)",
        "UPDATE t SET name = 'beech' WHERE plot = 'p' AND number = 1; INSERT INTO t VALUES ('q', "
        "2, 'ours', 4.5)",
        "UPDATE t SET girth = 9.5 WHERE plot = 'p' AND number = 1; DELETE FROM t WHERE number = 2; "
        "INSERT INTO t VALUES ('q', 3, 'theirs', 5.5)");
    files.check_round_trip();
    const std::string sql = "SELECT * FROM t ORDER BY plot, number";
    const std::string right = "p|1|beech|9.5;q|1|fir|3.5;q|2|ours|4.5;q|3|theirs|5.5";
    CHECK(is_fault_of_geodiff(files, sql, right));
    CHECK(files.merge().conflicts.empty());
    CHECK(ThreeFiles::rows(files.result, sql) == right);
  }
}
