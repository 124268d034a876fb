// What the database itself refuses or does when files are merged, and that nothing of it is silent.

#include <qfcsync/error.hpp>
#include <qfcsync/merge.hpp>

#include "support/temporary_folder.hpp"

#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

TEST_SUITE("replica/merge_refusals") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;

  struct Files {
    void begin(const std::string& schema) {
      for (const auto& file : {base, ours, theirs}) {
        std::filesystem::remove(file);
        run(file, schema);
      }
    }
    static void run(const std::filesystem::path& file, const std::string& sql) {
      SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      database.exec("PRAGMA foreign_keys = OFF");
      database.exec(sql);
    }
    std::string rows(const std::string& sql) const {
      SQLite::Database database(result.string(), SQLite::OPEN_READONLY);
      SQLite::Statement query(database, sql);
      std::string text;
      while (query.executeStep()) {
        for (int i = 0; i < query.getColumnCount(); ++i) {
          text += i > 0 ? "|" : "";
          text += query.getColumn(i).isNull() ? "NULL" : query.getColumn(i).getString();
        }
        text += '\n';
      }
      return text;
    }
    MergeResult merge(MergePolicy policy, const ConflictResolver& resolver = {}) {
      conflicts.clear();
      MergeOptions options;
      options.policy = policy;
      options.resolver = resolver;
      options.on_conflict = [&](const Conflict& conflict) { conflicts.push_back(conflict); };
      const MergeResult merged = merge_files(base, ours, theirs, result, options);
      CHECK(merged.conflict_count == conflicts.size());
      CHECK(rows("PRAGMA integrity_check") == "ok\n");
      CHECK(rows("PRAGMA foreign_key_check") == "");
      return merged;
    }
    /// The only conflict, cell by cell: "name base/ours/theirs".
    std::string told() const {
      std::string text;
      for (const Conflict& conflict : conflicts) {
        text += std::string(to_string(conflict.kind)) + " " + conflict.table + " " +
                std::string(to_string(conflict.written)) + ":";
        for (const ConflictCell& cell : conflict.cells) {
          text += " " + cell.name + " " + show(cell.base) + "/" + show(cell.ours) + "/" +
                  show(cell.theirs);
        }
        text += "\n";
      }
      return text;
    }
    static std::string show(const Value& value) {
      const ValueView view = value.view();
      if (!view.is_defined()) return "-";
      if (view.is_null()) return "NULL";
      return view.type() == ValueType::Integer ? std::to_string(view.as_integer())
                                               : std::string(view.bytes());
    }
    bool has_text(const std::string& part) const {
      return !conflicts.empty() && conflicts.back().text.find(part) != std::string::npos;
    }

    test::TemporaryFolder folder;
    std::filesystem::path base = folder / "base.gpkg";
    std::filesystem::path ours = folder / "ours.gpkg";
    std::filesystem::path theirs = folder / "theirs.gpkg";
    std::filesystem::path result = folder / "result.gpkg";
    std::vector<Conflict> conflicts;
  };

  const ConflictResolver kOurs = [](const Conflict&) { return Side::Ours; };
  const ConflictResolver kTheirs = [](const Conflict&) { return Side::Theirs; };

  const std::string kSpans =
      "CREATE TABLE spans (fid INTEGER PRIMARY KEY, a INT, b INT, note TEXT, CHECK (a < b));"
      "INSERT INTO spans VALUES (1, 1, 10, 'n');";

  TEST_CASE_FIXTURE(Files, "a row that breaks CHECK is as ours or as theirs has it") {
    begin(kSpans);
    run(ours, "UPDATE spans SET a = 8");
    run(theirs, "UPDATE spans SET b = 5, note = 't'");
    const std::string cells = ": fid 1/1/1 a 1/8/1 b 10/10/5 note n/n/t\n";
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT * FROM spans") == "1|8|10|n\n");
    CHECK(told() == "constraint spans ours" + cells);
    CHECK(has_text("as ours has it"));
    merge(MergePolicy::Theirs);
    CHECK(rows("SELECT * FROM spans") == "1|1|5|t\n");
    CHECK(told() == "constraint spans theirs" + cells);
    CHECK(has_text("left out"));
    merge(MergePolicy::Ask, kOurs);
    CHECK(rows("SELECT * FROM spans") == "1|8|10|n\n");
    int asked = 0;
    merge(MergePolicy::Ask, [&](const Conflict& conflict) {
      ++asked;
      CHECK(conflict.cells.size() == 4);
      CHECK(conflict.written == Side::Ours);
      return Side::Theirs;
    });
    CHECK(asked == 1);
    CHECK(rows("SELECT * FROM spans") == "1|1|5|t\n");
    // The other way round with the other policy is the same.
    std::swap(ours, theirs);
    merge(MergePolicy::Theirs);
    CHECK(rows("SELECT * FROM spans") == "1|8|10|n\n");
  }

  TEST_CASE_FIXTURE(Files, "what a trigger refuses however it is written is left out and told so") {
    begin(
        "CREATE TABLE t (fid INTEGER PRIMARY KEY, a, is_closed); INSERT INTO t VALUES (1, 1, 0);"
        "CREATE TRIGGER closed BEFORE UPDATE ON t WHEN NEW.a = 13 BEGIN SELECT RAISE(ABORT, "
        "'no thirteen'); END;");
    run(ours, "DROP TRIGGER closed; UPDATE t SET a = 13;");
    run(theirs, "UPDATE t SET is_closed = 1");
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT * FROM t") == "1|1|1\n");
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].written == Side::Theirs);
    CHECK(has_text("left out"));
    CHECK(has_text("no thirteen"));
  }

  TEST_CASE_FIXTURE(Files, "a value that is unique under an expression: the policy decides") {
    begin(
        "CREATE TABLE names (fid INTEGER PRIMARY KEY, n TEXT NOT NULL, size INT);"
        "CREATE UNIQUE INDEX names_n ON names (lower(n)); INSERT INTO names VALUES (5, 'elm', 5)");
    run(ours, "INSERT INTO names VALUES (1, 'Oak', 1)");
    run(theirs, "INSERT INTO names VALUES (2, 'oak', 2); UPDATE names SET size = 6 WHERE fid = 5");
    const std::string cells = ": fid -/1/2 n -/Oak/oak size -/1/2\n";
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT fid, substr(n, 1, 4) FROM names WHERE fid < 5") == "1|Oak\n2|oak~\n");
    CHECK(told() == "unique names ours" + cells);
    CHECK(has_text("makes way"));
    merge(MergePolicy::Theirs);
    CHECK(rows("SELECT fid, substr(n, 1, 4) FROM names WHERE fid < 5") == "1|Oak~\n2|oak\n");
    CHECK(told() == "unique names theirs" + cells);
    CHECK(has_text("stands in"));
    merge(MergePolicy::Ask, kOurs);
    CHECK(rows("SELECT n FROM names WHERE fid = 1") == "Oak\n");
    merge(MergePolicy::Ask, kTheirs);
    CHECK(rows("SELECT n FROM names WHERE fid = 2") == "oak\n");
  }

  TEST_CASE_FIXTURE(Files, "a value that is unique among some rows: the policy decides") {
    begin(
        "CREATE TABLE t (fid INTEGER PRIMARY KEY, code TEXT, is_live INT, n INT);"
        "CREATE UNIQUE INDEX live ON t (code) WHERE is_live = 1;"
        "INSERT INTO t VALUES (1, 'a', 1, 0), (2, 'b', 1, 0), (3, 'c', 0, 0);");
    run(ours, "UPDATE t SET code = 'x', n = 1 WHERE fid = 1");
    run(theirs, "UPDATE t SET code = 'x' WHERE fid IN (2, 3)");
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT fid, code FROM t") == "1|x\n2|NULL\n3|x\n");
    CHECK(told() == "unique t ours: fid 1/1/2 code a/x/x is_live 1/1/1 n 0/1/0\n");
    merge(MergePolicy::Theirs);
    CHECK(rows("SELECT fid, code, n FROM t") == "1|NULL|1\n2|x|0\n3|x|0\n");
    CHECK(conflicts.size() == 1);
  }

  TEST_CASE_FIXTURE(Files, "a stand-in that does not help gives way to the former value") {
    begin(
        "CREATE TABLE t (fid INTEGER PRIMARY KEY, n TEXT NOT NULL);"
        "CREATE UNIQUE INDEX t_n ON t (substr(n, 1, 2));"
        "INSERT INTO t VALUES (1, 'aa'), (2, 'bb');");
    run(ours, "UPDATE t SET n = 'xx1' WHERE fid = 1");
    run(theirs, "UPDATE t SET n = 'xx2' WHERE fid = 2");
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT n FROM t") == "xx1\nbb\n");
    CHECK(told() == "unique t ours: fid 1/1/2 n aa/xx1/xx2\n");
    merge(MergePolicy::Theirs);
    CHECK(rows("SELECT n FROM t") == "aa\nxx2\n");
    CHECK(has_text("left out"));
    CHECK_FALSE(has_text("stands in"));
  }

  TEST_CASE_FIXTURE(Files, "a row that is left out after many tries does not stand in") {
    // A stand-in in any of ten columns does not help.
    std::string columns;
    std::string values;
    for (int i = 0; i < 10; ++i) {
      columns += ", c" + std::to_string(i) + " TEXT NOT NULL";
      values += ", 'v" + std::to_string(i) + "'";
    }
    begin("CREATE TABLE t (fid INTEGER PRIMARY KEY" + columns +
          "); CREATE UNIQUE INDEX one ON t (coalesce(c0 || c1 || c2 || c3 || c4 || c5 || c6 || c7 "
          "|| c8 || c9 || 1, 0) IS NULL);");
    run(ours, "INSERT INTO t VALUES (1" + values + ")");
    run(theirs, "INSERT INTO t VALUES (2" + values + ")");
    for (const MergePolicy policy : {MergePolicy::Ours, MergePolicy::Theirs}) {
      merge(policy);
      CHECK(rows("SELECT fid, c0, c9 FROM t") == "2|v0|v9\n");
      REQUIRE(conflicts.size() == 1);
      CHECK(conflicts[0].written == Side::Theirs);
      CHECK(has_text("left out"));
      CHECK_FALSE(has_text("stands in"));
      CHECK_FALSE(has_text("makes way"));
    }
  }

  const std::string kFamily =
      "CREATE TABLE p (fid INTEGER PRIMARY KEY, code TEXT UNIQUE);"
      "CREATE TABLE c (fid INTEGER PRIMARY KEY, code TEXT REFERENCES p(code) ON UPDATE CASCADE ON "
      "DELETE CASCADE, p INTEGER REFERENCES p(fid) ON DELETE CASCADE, name TEXT);"
      "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (5, 'b', NULL, 'five');";

  TEST_CASE_FIXTURE(Files, "a delete takes no row along, also when a referenced value is renamed") {
    begin(kFamily);
    run(ours,
        "PRAGMA foreign_keys = ON; DELETE FROM p WHERE fid = 1;"
        "UPDATE p SET code = 'new' WHERE fid = 2");
    run(theirs, "INSERT INTO c VALUES (6, 'b', NULL, 'six')");
    // The child is no change of theirs that the changesets could show: all three have it, and
    // ours did not enforce keys.
    for (const auto& file : {base, theirs}) run(file, "INSERT INTO c VALUES (7, NULL, 1, 'seven')");
    run(ours, "INSERT INTO c VALUES (7, NULL, 1, 'seven')");
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT * FROM c ORDER BY fid") ==
          "5|new|NULL|five\n6|new|NULL|six\n7|NULL|1|seven\n");
    CHECK(rows("SELECT * FROM p") == "1|a\n2|new\n");
    CHECK(told().find("missing_parent p theirs") != std::string::npos);
    // Row 6 was led to the new name.
    CHECK(told().find("constraint c ours: fid -/6/6 code -/new/b p -/NULL/NULL name -/six/six\n") !=
          std::string::npos);
    CHECK(conflicts.size() == 2);
  }

  TEST_CASE_FIXTURE(Files, "other actions of foreign keys on a renamed value are made and told") {
    for (const auto& [action, value] :
         {std::pair("SET NULL", "NULL"), std::pair("SET DEFAULT", "a")}) {
      CAPTURE(action);
      begin(
          "CREATE TABLE p (fid INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE);"
          "CREATE TABLE c (fid INTEGER PRIMARY KEY, code TEXT DEFAULT 'a' REFERENCES p(code) ON "
          "UPDATE " +
          std::string(action) + "); INSERT INTO p VALUES (1, 'a'), (2, 'b');");
      run(ours, "UPDATE p SET code = 'new' WHERE fid = 2");
      run(theirs, "INSERT INTO c VALUES (6, 'B')");
      merge(MergePolicy::Ours);
      CHECK(rows("SELECT * FROM c") == "6|" + std::string(value) + "\n");
      CHECK(told() == "constraint c ours: fid -/6/6 code -/" + std::string(value) + "/B\n");
    }
  }

  TEST_CASE_FIXTURE(Files, "rows that triggers remove or change are told, those of any table") {
    begin(
        "CREATE TABLE p (fid INTEGER PRIMARY KEY, n INT);"
        "CREATE TABLE c (fid INTEGER PRIMARY KEY, p INT, name TEXT);"
        "CREATE TABLE nokey (p INT, name TEXT); CREATE TABLE log (fid INTEGER PRIMARY KEY, x);"
        "CREATE TABLE w (k TEXT PRIMARY KEY, p INT) WITHOUT ROWID;"
        "CREATE TRIGGER g AFTER DELETE ON p BEGIN DELETE FROM c WHERE p = OLD.fid;"
        " DELETE FROM nokey WHERE p = OLD.fid; UPDATE w SET p = NULL WHERE p = OLD.fid;"
        " INSERT INTO log (x) VALUES (OLD.fid); END;"
        "INSERT INTO p VALUES (1, 0), (2, 0); INSERT INTO c VALUES (1, 1, 'one');"
        "INSERT INTO nokey VALUES (1, 'nk'), (2, 'other');");
    run(ours, "DELETE FROM p WHERE fid = 1");
    run(theirs, "INSERT INTO c VALUES (2, 1, 'two'); INSERT INTO w VALUES ('w', 1)");
    merge(MergePolicy::Ours);
    CHECK(rows("SELECT * FROM c") == "");
    const std::string text = told();
    CHECK(text.find("constraint c ours: fid -/-/2 p -/-/1 name -/-/two\n") != std::string::npos);
    CHECK(text.find("constraint w ours: k -/w/w p -/NULL/1\n") != std::string::npos);
    // What ours did itself is no news: its own trigger had removed both.
    CHECK(text.find("one") == std::string::npos);
    CHECK(text.find("log") == std::string::npos);
    // The table without key is theirs, whole, save for what the trigger does to it.
    CHECK(rows("SELECT name FROM nokey") == "other\n");
    CHECK(text.find("constraint nokey ours: p -/-/1 name -/-/nk\n") != std::string::npos);
    CHECK(conflicts.size() == 3);
  }

  TEST_CASE_FIXTURE(Files, "a trigger that does what the changeset says is no conflict") {
    begin(
        "CREATE TABLE p (fid INTEGER PRIMARY KEY, n INT);"
        "CREATE TABLE c (fid INTEGER PRIMARY KEY, p INT, v INT, changed INT);"
        "CREATE TRIGGER i AFTER INSERT ON c BEGIN UPDATE p SET n = n + 1 WHERE fid = NEW.p; END;"
        "CREATE TRIGGER u AFTER UPDATE OF v ON c BEGIN UPDATE c SET changed = 1 WHERE fid = "
        "NEW.fid; END; INSERT INTO p VALUES (1, 0), (2, 0);"
        "INSERT INTO c VALUES (1, 1, 0, 0), (2, 1, 0, 0);");
    run(ours, "INSERT INTO c VALUES (5, 1, 0, 0); UPDATE c SET v = 7 WHERE fid = 1");
    run(theirs, "UPDATE c SET v = 3 WHERE fid = 2");
    merge(MergePolicy::Ours);
    CHECK(told() == "");
    CHECK(rows("SELECT n FROM p") == "3\n0\n");
    CHECK(rows("SELECT v, changed FROM c") == "7|1\n3|1\n0|0\n");
  }

  }  // namespace
}
