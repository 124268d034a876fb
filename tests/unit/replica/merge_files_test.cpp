#include <qfcsync/error.hpp>
#include <qfcsync/merge.hpp>

#include "support/seed_offset.hpp"
#include "support/temporary_folder.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Real files end to end. The results are looked at with plain SQL.

TEST_SUITE("replica/merge_files") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;

  constexpr const char* kSchema =
      "CREATE TABLE plots (fid INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, code TEXT UNIQUE,"
      " area REAL CHECK (area IS NULL OR area < 100));"
      "CREATE TABLE trees (fid INTEGER PRIMARY KEY AUTOINCREMENT,"
      " plot INTEGER NOT NULL REFERENCES plots(fid), name TEXT);"
      "CREATE TABLE species (id TEXT PRIMARY KEY, name TEXT);"
      "CREATE TABLE links (tree INTEGER, species TEXT, note TEXT, PRIMARY KEY (tree, species))"
      " WITHOUT ROWID;"
      "INSERT INTO plots VALUES (1, 'one', 'a', 1.5), (5, 'five', 'b', NULL);"
      "INSERT INTO trees VALUES (1, 1, 'oak'), (2, 5, 'ash');"
      "INSERT INTO species VALUES ('q', 'quercus');"
      "INSERT INTO links VALUES (1, 'q', 'old');";

  void run_sql(const std::filesystem::path& file, const std::string& sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA foreign_keys = ON");
    database.exec(sql);
  }

  std::string rows(const std::filesystem::path& file, const std::string& sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database, sql);
    std::string text;
    while (query.executeStep()) {
      for (int i = 0; i < query.getColumnCount(); ++i) {
        if (i > 0) text += '|';
        text += query.getColumn(i).isNull() ? "NULL" : query.getColumn(i).getString();
      }
      text += '\n';
    }
    return text;
  }

  std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  struct Files {
    Files() {
      run_sql(base, kSchema);
      std::filesystem::copy_file(base, ours);
      std::filesystem::copy_file(base, theirs);
    }
    MergeResult merge(MergePolicy policy = MergePolicy::Ours) {
      conflicts.clear();
      MergeOptions options;
      options.policy = policy;
      options.on_conflict = [&](const Conflict& conflict) { conflicts.push_back(conflict); };
      const MergeResult merged = merge_files(base, ours, theirs, result, options);
      CHECK(merged.conflict_count == conflicts.size());
      CHECK(rows(result, "PRAGMA integrity_check") == "ok\n");
      CHECK(rows(result, "PRAGMA foreign_key_check") == "");
      CHECK_FALSE(leaves_something());
      return merged;
    }
    bool leaves_something() const {
      for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        if (entry.path().string().find(".merge-") != std::string::npos) return true;
      }
      return false;
    }

    test::TemporaryFolder folder;
    std::filesystem::path base = folder / "base.gpkg";
    std::filesystem::path ours = folder / "ours.gpkg";
    std::filesystem::path theirs = folder / "theirs.gpkg";
    std::filesystem::path result = folder / "result.gpkg";
    std::vector<Conflict> conflicts;
  };

  TEST_CASE_FIXTURE(Files, "edits of both sides are in the result, the inputs stay as they are") {
    run_sql(ours, "UPDATE plots SET name = 'uno' WHERE fid = 1; DELETE FROM trees WHERE fid = 2");
    run_sql(theirs,
            "UPDATE plots SET area = 2.5 WHERE fid = 1; INSERT INTO species VALUES ('f',"
            "'fagus')");
    const std::string ours_before = bytes_of(ours);
    const std::string theirs_before = bytes_of(theirs);
    const MergeResult merged = merge();
    CHECK(merged.conflict_count == 0);
    CHECK(merged.ours.changes() == 2);
    CHECK(merged.theirs.changes() == 2);
    CHECK(rows(result, "SELECT * FROM plots") == "1|uno|a|2.5\n5|five|b|NULL\n");
    CHECK(rows(result, "SELECT fid FROM trees") == "1\n");
    CHECK(rows(result, "SELECT id FROM species ORDER BY id") == "f\nq\n");
    CHECK(bytes_of(ours) == ours_before);
    CHECK(bytes_of(theirs) == theirs_before);
  }

  TEST_CASE_FIXTURE(Files, "an unchanged side gives the other") {
    run_sql(ours, "UPDATE plots SET name = 'uno' WHERE fid = 1");
    merge();
    CHECK(rows(result, "SELECT name FROM plots") == "uno\nfive\n");
    std::swap(ours, theirs);
    merge();
    CHECK(rows(result, "SELECT name FROM plots") == "uno\nfive\n");
  }

  TEST_CASE_FIXTURE(Files, "both insert a parent and a child of one key") {
    const auto insert = [](const std::string& name) {
      return "INSERT INTO plots (name) VALUES ('" + name + "');" +
             "INSERT INTO trees (plot, name) VALUES (6, '" + name + "')";
    };
    run_sql(ours, insert("o"));
    run_sql(theirs, insert("t"));
    const MergeResult merged = merge();
    CHECK(merged.renumbered == std::vector<RenumberedKey>{{"plots", 6, 7}, {"trees", 3, 4}});
    CHECK(rows(result,
               "SELECT p.name, t.name FROM trees t JOIN plots p ON p.fid = t.plot"
               " WHERE t.fid > 2 ORDER BY 1") == "o|o\nt|t\n");
  }

  TEST_CASE_FIXTURE(Files, "both insert into a gap, and far above 2^31") {
    run_sql(ours, "INSERT INTO plots (fid, name) VALUES (3, 'o'), (5000000000, 'O')");
    run_sql(theirs, "INSERT INTO plots (fid, name) VALUES (3, 't'), (5000000000, 'T')");
    merge();
    CHECK(rows(result, "SELECT fid, name FROM plots WHERE fid NOT IN (1, 5) ORDER BY fid") ==
          "3|t\n5000000000|T\n5000000001|o\n5000000002|O\n");
  }

  TEST_CASE_FIXTURE(Files, "text and composite keys") {
    run_sql(ours, "INSERT INTO species VALUES ('f', 'o'); UPDATE links SET note = 'o'");
    run_sql(theirs, "INSERT INTO species VALUES ('f', 't'); UPDATE links SET note = 't'");
    merge(MergePolicy::Ours);
    CHECK(rows(result, "SELECT name FROM species WHERE id = 'f'") == "o\n");
    CHECK(rows(result, "SELECT note FROM links") == "o\n");
    CHECK(conflicts.size() == 2);
    merge(MergePolicy::Theirs);
    CHECK(rows(result, "SELECT name FROM species WHERE id = 'f'") == "t\n");
    CHECK(rows(result, "SELECT note FROM links") == "t\n");
  }

  TEST_CASE_FIXTURE(Files, "unique values: inserted twice, and swapped") {
    run_sql(ours,
            "INSERT INTO plots (name, code) VALUES ('o', 'z');"
            "UPDATE plots SET code = NULL WHERE fid = 1;"
            "UPDATE plots SET code = 'a' WHERE fid = 5;"
            "UPDATE plots SET code = 'b' WHERE fid = 1");
    run_sql(theirs, "INSERT INTO plots (name, code) VALUES ('t', 'z')");
    merge(MergePolicy::Theirs);
    CHECK(rows(result, "SELECT name, code FROM plots ORDER BY name") ==
          "five|a\no|NULL\none|b\nt|z\n");
    CHECK(conflicts.size() == 2);
    merge(MergePolicy::Ours);
    CHECK(rows(result, "SELECT name, code FROM plots ORDER BY name") ==
          "five|a\no|z\none|b\nt|NULL\n");
  }

  TEST_CASE_FIXTURE(Files, "theirs deleted a parent that ours refers to, and the reverse") {
    run_sql(ours, "INSERT INTO trees (plot, name) VALUES (5, 'o')");
    run_sql(theirs, "DELETE FROM trees WHERE plot = 5; DELETE FROM plots WHERE fid = 5");
    merge(MergePolicy::Ours);
    CHECK(rows(result,
               "SELECT p.name FROM trees t JOIN plots p ON p.fid = t.plot"
               " WHERE t.name = 'o'") == "five\n");
    CHECK(conflicts.size() == 1);
    merge(MergePolicy::Theirs);
    CHECK(rows(result, "SELECT count(*) FROM trees") == "1\n");
    CHECK(conflicts.size() == 1);
    std::swap(ours, theirs);
    merge(MergePolicy::Ours);
    CHECK(rows(result, "SELECT count(*) FROM trees") == "1\n");
    CHECK(conflicts.size() == 1);
    merge(MergePolicy::Theirs);
    CHECK(rows(result, "SELECT count(*) FROM plots") == "2\n");
  }

  /// A base with a child table whose foreign key acts, edited by programs that do not enforce it.
  struct Orphans : Files {
    void begin(const std::string& action) {
      const std::string sql =
          "CREATE TABLE p (fid INTEGER PRIMARY KEY, code TEXT UNIQUE);"
          "CREATE TABLE c (fid INTEGER PRIMARY KEY, p INTEGER REFERENCES p(fid) " +
          action + ", name TEXT); CREATE TABLE nokey (p INTEGER REFERENCES p(fid) " + action +
          "); INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, 'c');"
          "INSERT INTO c VALUES (5, 1, 'x'), (6, 1, 'y'); INSERT INTO nokey VALUES (3);";
      for (const auto& file : {base, ours, theirs}) run_sql(file, sql);
    }
    static void run_unenforced(const std::filesystem::path& file, const std::string& sql) {
      SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
      database.exec("PRAGMA foreign_keys = OFF; " + sql);
    }
  };

  TEST_CASE_FIXTURE(Orphans, "a delete of ours takes no row along that ours did not delete") {
    for (const char* action : {"ON DELETE CASCADE", "ON DELETE SET NULL", ""}) {
      CAPTURE(action);
      std::filesystem::remove(base);
      std::filesystem::remove(ours);
      std::filesystem::remove(theirs);
      begin(action);
      run_unenforced(ours, "DELETE FROM p WHERE fid = 1");
      run_unenforced(theirs, "UPDATE c SET name = 'theirs' WHERE fid = 5");
      merge();
      CHECK(rows(result, "SELECT * FROM c") == "5|1|theirs\n6|1|y\n");
      CHECK(rows(result, "SELECT fid FROM p") == "1\n2\n3\n");
      REQUIRE(conflicts.size() == 1);
      CHECK(conflicts[0].kind == ConflictKind::MissingParent);
      CHECK(conflicts[0].table == "p");
      CHECK(conflicts[0].written == Side::Theirs);

      // A table that is not compared is theirs, whole.
      run_unenforced(ours, "DELETE FROM p WHERE fid IN (1, 3); DELETE FROM c");
      run_unenforced(theirs, "UPDATE c SET name = 'y' WHERE fid = 5");
      merge(MergePolicy::Theirs);
      CHECK(rows(result, "SELECT * FROM nokey") == "3\n");
    }
  }

  TEST_CASE_FIXTURE(Orphans, "a row that hung on nothing before is no reason for a conflict") {
    begin("ON DELETE CASCADE");
    for (const auto& file : {base, ours, theirs}) {
      run_unenforced(file, "INSERT INTO c VALUES (9, 77, 'orphan')");
    }
    run_sql(ours, "DELETE FROM p WHERE fid = 1");
    run_sql(theirs, "UPDATE c SET name = 'still' WHERE fid = 9");
    MergeOptions options;
    CHECK(merge_files(base, ours, theirs, result, options).conflict_count == 0);
    CHECK(rows(result, "SELECT * FROM c") == "9|77|still\n");
    CHECK(rows(result, "SELECT fid FROM p") == "2\n3\n");
  }

  TEST_CASE_FIXTURE(Orphans, "a foreign key that leads nowhere keeps no row out") {
    const char* sql =
        "CREATE TABLE lost (fid INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES nowhere(fid));"
        "CREATE TABLE vague (fid INTEGER PRIMARY KEY, name TEXT REFERENCES plots(name));";
    for (const auto& file : {base, ours, theirs}) run_unenforced(file, sql);
    run_unenforced(ours, "INSERT INTO lost VALUES (1, 7); INSERT INTO vague VALUES (1, 'x')");
    run_unenforced(theirs, "INSERT INTO lost VALUES (1, 8)");
    merge_files(base, ours, theirs, result);
    CHECK(rows(result, "SELECT * FROM lost") == "1|8\n2|7\n");
    CHECK(rows(result, "SELECT * FROM vague") == "1|x\n");
  }

  TEST_CASE_FIXTURE(Orphans, "rows of theirs follow a parent that ours renamed") {
    begin("");
    const char* more =
        "CREATE TABLE d (fid INTEGER PRIMARY KEY, code TEXT REFERENCES p(code) ON UPDATE CASCADE)";
    for (const auto& file : {base, ours, theirs}) run_sql(file, more);
    run_sql(ours, "UPDATE p SET code = 'new' WHERE fid = 2");
    run_sql(theirs, "INSERT INTO d VALUES (1, 'b')");
    merge();
    CHECK(rows(result, "SELECT * FROM d") == "1|new\n");
    REQUIRE(conflicts.size() == 1);  // it is another value than theirs wrote
    CHECK(conflicts[0].table == "d");
  }

  TEST_CASE_FIXTURE(Files, "what the database itself refuses is a conflict") {
    // A constraint between two columns: each side keeps it, together they do not.
    for (const auto& file : {base, ours, theirs}) {
      run_sql(file,
              "CREATE TABLE spans (fid INTEGER PRIMARY KEY, a INT, b INT, CHECK (a < b));"
              "INSERT INTO spans VALUES (1, 1, 10);"
              "CREATE TABLE names (fid INTEGER PRIMARY KEY, n TEXT NOT NULL);"
              "CREATE UNIQUE INDEX names_n ON names (lower(n))");
    }
    run_sql(ours, "UPDATE spans SET a = 8; INSERT INTO names VALUES (1, 'Oak')");
    run_sql(theirs, "UPDATE spans SET b = 5; INSERT INTO names VALUES (2, 'oak')");
    merge(MergePolicy::Theirs);
    CHECK(rows(result, "SELECT a, b FROM spans") == "1|5\n");
    CHECK(rows(result, "SELECT n FROM names WHERE fid = 2") == "oak\n");
    REQUIRE(conflicts.size() == 2);
    for (const Conflict& conflict : conflicts) {
      CHECK(conflict.written == Side::Theirs);
      const bool is_complete =
          std::any_of(conflict.cells.begin(), conflict.cells.end(), [](const ConflictCell& cell) {
            return cell.ours == Value(ValueView::integer(8)) ||
                   cell.ours == Value(ValueView::text("Oak"));
          });
      CHECK(is_complete);
    }
  }

  TEST_CASE_FIXTURE(Files, "the result may be ours, theirs or base") {
    run_sql(ours, "UPDATE plots SET name = 'o' WHERE fid = 1");
    run_sql(theirs, "UPDATE plots SET name = 't' WHERE fid = 5");
    SUBCASE("ours") { result = ours; }
    SUBCASE("theirs") { result = theirs; }
    SUBCASE("base") { result = base; }
    merge();
    CHECK(rows(result, "SELECT name FROM plots") == "o\nt\n");
  }

  TEST_CASE_FIXTURE(Files, "frames in a write-ahead log of theirs and ours are part of them") {
    run_sql(theirs, "PRAGMA journal_mode = WAL");
    SQLite::Database writer(theirs.string(), SQLite::OPEN_READWRITE);
    writer.exec("PRAGMA wal_autocheckpoint = 0; UPDATE plots SET name = 't' WHERE fid = 5");
    run_sql(ours, "PRAGMA journal_mode = WAL");
    SQLite::Database other(ours.string(), SQLite::OPEN_READWRITE);
    other.exec("PRAGMA wal_autocheckpoint = 0; UPDATE plots SET name = 'o' WHERE fid = 1");
    merge();
    CHECK(rows(result, "SELECT name FROM plots") == "o\nt\n");
    // A log beside the result belongs to somebody else.
    const std::string before = bytes_of(theirs);
    result = theirs;
    try {
      merge_files(base, ours, theirs, result);
      FAIL("a file with a log was replaced");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::Busy);
    }
    CHECK(bytes_of(theirs) == before);
    CHECK_FALSE(leaves_something());
  }

  TEST_CASE_FIXTURE(Files, "what cannot be merged is refused and nothing is left behind") {
    CHECK_THROWS_AS(merge_files(base, folder / "none.gpkg", theirs, result), Error);
    CHECK_THROWS_AS(merge_files(base, ours, theirs, folder / "no folder" / "r.gpkg"), Error);
    CHECK_THROWS_AS(merge_files(base, ours, theirs, folder.path()), Error);
    MergeOptions options;
    options.policy = MergePolicy::Ask;
    CHECK_THROWS_AS(merge_files(base, ours, theirs, result, options), Error);
    run_sql(ours, "ALTER TABLE plots ADD COLUMN height REAL");
    try {
      merge_files(base, ours, theirs, result);
      FAIL("another schema was merged");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::SchemaMismatch);
    }
    CHECK_FALSE(std::filesystem::exists(result));
    CHECK_FALSE(leaves_something());
  }

  TEST_CASE_FIXTURE(Files,
                    "a table without a key is noted only when an edit of ours is not in it") {
    const std::string more =
        "CREATE TABLE notes (text, size); CREATE INDEX by_size ON notes (size, text);"
        "INSERT INTO notes VALUES ('b', 1), ('a', 2);"
        "CREATE VIRTUAL TABLE boxes USING rtree (id, low, high);"
        "INSERT INTO boxes VALUES (1, 0, 1);"
        "CREATE TABLE tags (name TEXT PRIMARY KEY, size); INSERT INTO tags VALUES (NULL, 1);";
    for (const auto& file : {base, ours, theirs}) run_sql(file, more);
    const auto noted = [&] {
      std::set<std::string> tables;  // their order says nothing
      for (const TableNote& note : merge().notes) {
        if (note.reason != TableNote::Reason::Derived) tables.insert(note.table);
      }
      std::string names;
      for (const std::string& table : tables) names += table + ' ';
      return names;
    };
    run_sql(theirs, "INSERT INTO notes VALUES ('c', 3); CREATE TABLE theirs_only (a)");
    run_sql(ours, "UPDATE trees SET name = 'elm' WHERE fid = 1; VACUUM");
    CHECK(noted() == "");
    CHECK(rows(result, "SELECT count(*) FROM notes") == "3\n");

    run_sql(ours, "INSERT INTO notes VALUES ('c', 3); CREATE TABLE theirs_only (a)");
    CHECK(noted() == "");  // the same edit
    run_sql(ours, "UPDATE notes SET size = 1.0 WHERE text = 'b'");
    CHECK(noted() == "notes ");
    run_sql(ours, "UPDATE boxes SET high = 2; UPDATE tags SET size = 2; CREATE TABLE mine (a)");
    CHECK(noted() == "boxes mine notes tags ");
  }

  TEST_CASE_FIXTURE(Files, "a result that somebody writes to meanwhile is not replaced") {
    std::filesystem::copy_file(base, result);
    MergeOptions options;
    bool is_written = false;
    options.progress = [&](double) {
      if (!is_written) run_sql(result, "INSERT INTO species VALUES ('new', 'new')");
      is_written = true;
      return true;
    };
    run_sql(ours, "UPDATE plots SET name = 'o'");
    CHECK_THROWS_AS(merge_files(base, ours, theirs, result, options), Error);
    CHECK(is_written);
    CHECK(rows(result, "SELECT count(*) FROM species") == "2\n");
    CHECK_FALSE(leaves_something());
  }

  /// Runs in a child process. @return its wait status
  template <class Run>
  int in_child(Run&& run) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        run();
        ::_exit(0);
      } catch (const Error& error) {
        ::_exit(error.code() == ErrorCode::Io ? 2 : 3);
      } catch (...) {
        ::_exit(4);
      }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  void fill(const std::filesystem::path& file) {
    run_sql(file,
            "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
            " INSERT INTO species SELECT 'k' || i, hex(zeroblob(40)) FROM n");
  }

  TEST_CASE_FIXTURE(Files, "killed at any step, the result is the old or the new file") {
    for (const auto& file : {base, ours, theirs}) fill(file);
    run_sql(ours, "UPDATE species SET name = 'o' || id WHERE id LIKE '%1'");
    run_sql(theirs, "UPDATE species SET name = 't' || id WHERE id LIKE '%2'");
    merge();
    const std::string wanted = rows(result, "SELECT * FROM species ORDER BY id");
    std::filesystem::copy_file(base, result, std::filesystem::copy_options::overwrite_existing);
    const std::string old = bytes_of(result);
    int killed = 0;
    for (int step = 1; step < 60; ++step) {
      const int status = in_child([&] {
        MergeOptions options;
        int calls = 0;
        options.progress = [&](double) {
          if (++calls == step) ::kill(::getpid(), SIGKILL);
          return true;
        };
        merge_files(base, ours, theirs, result, options);
      });
      if (!WIFSIGNALED(status)) break;
      ++killed;
      REQUIRE(bytes_of(result) == old);
    }
    CHECK(killed >= 4);
    CHECK(rows(result, "SELECT * FROM species ORDER BY id") == wanted);
  }

  TEST_CASE_FIXTURE(Files, "on a full disk the result stays as it was") {
    for (const auto& file : {base, ours, theirs}) fill(file);
    run_sql(ours, "UPDATE species SET name = name || name || name || name || name");
    std::filesystem::copy_file(base, result);
    const std::string old = bytes_of(result);
    const auto size = std::filesystem::file_size(theirs);
    int failed = 0;
    for (const double share : {0.3, 0.9, 1.01, 1.2, 1.6}) {
      const int status = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlim_t limit = static_cast<rlim_t>(static_cast<double>(size) * share);
        const rlimit bound{limit, limit};
        ::setrlimit(RLIMIT_FSIZE, &bound);
        merge_files(base, ours, theirs, result);
      });
      REQUIRE(WIFEXITED(status));
      if (WEXITSTATUS(status) == 0) break;
      ++failed;
      CHECK(WEXITSTATUS(status) == 2);
      REQUIRE(bytes_of(result) == old);
      CHECK_FALSE(leaves_something());
    }
    CHECK(failed >= 3);
  }

  TEST_CASE("random edits of real files: the direction does not matter up to the policy") {
    for (std::uint64_t seed = test::seed_offset() + 1; seed <= test::seed_offset() + 12; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      Files files;
      const auto edit = [&](const std::filesystem::path& file, const std::string& tag) {
        for (int i = 0; i < 6; ++i) {
          const std::string key = std::to_string(1 + random() % 8);
          const std::string name = tag + std::to_string(random() % 1000);
          const std::string statements[] = {
              "INSERT OR IGNORE INTO plots (fid, name) VALUES (" + key + ", '" + name + "')",
              "UPDATE plots SET name = '" + name + "' WHERE fid = " + key,
              "INSERT OR IGNORE INTO trees SELECT " + key + ", max(fid), '" + name + "' FROM plots",
              "DELETE FROM trees WHERE fid = " + key,
              "UPDATE OR IGNORE plots SET code = 'c" + key + "' WHERE fid = " + key,
              "UPDATE links SET note = '" + name + "'",
          };
          run_sql(file, statements[random() % std::size(statements)]);
        }
      };
      edit(files.ours, "o");
      edit(files.theirs, "t");
      const auto content = [&] {
        return rows(files.result,
                    "SELECT 'plot', name, code FROM plots UNION ALL "
                    "SELECT 'tree', t.name, p.name FROM trees t JOIN plots p ON p.fid = t.plot "
                    "UNION ALL SELECT 'link', note, NULL FROM links ORDER BY 1, 2, 3");
      };
      files.merge(MergePolicy::Ours);
      const std::string one = content();
      std::swap(files.ours, files.theirs);
      files.merge(MergePolicy::Theirs);
      CHECK(content() == one);
    }
  }

  }  // namespace
}
