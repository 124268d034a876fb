#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>

#include "support/temporary_folder.hpp"

#include <algorithm>
#include <string>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

TEST_SUITE("replica/unnamed_rows") {
  namespace {  // several files have a suite of this number

  using namespace qfcsync;

  void run_sql(const std::filesystem::path& file, const std::string& sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(sql);
  }

  struct Files {
    /// @return the note of a table after a look at its rows
    TableNote note_of(const std::string& table, const std::string& for_base,
                      const std::string& for_modified, const Progress& progress = {}) {
      run_sql(base, for_base);
      run_sql(modified, for_modified);
      MemorySink out;
      result = extract(base, modified, out);
      compare_unnamed_rows(base, modified, result.notes, progress);
      const auto found = std::find_if(result.notes.begin(), result.notes.end(),
                                      [&](const TableNote& note) { return note.table == table; });
      REQUIRE(found != result.notes.end());
      return *found;
    }

    test::TemporaryFolder folder;
    std::filesystem::path base = folder / "base.gpkg";
    std::filesystem::path modified = folder / "modified.gpkg";
    ExtractResult result;
  };

  constexpr const char* kNotes = "CREATE TABLE notes (text); INSERT INTO notes VALUES ('a'), (1);";

  TEST_CASE_FIXTURE(Files, "a table without a key that is the same is said to be") {
    const TableNote note = note_of("notes", kNotes, kNotes);
    CHECK_FALSE(note.has_changes);
    CHECK(note.text.find("the same in both files") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Files, "an edited, added or deleted row, and another type, are changes") {
    for (const char* edit :
         {"UPDATE notes SET text = 'b' WHERE rowid = 1", "INSERT INTO notes VALUES (NULL)",
          "DELETE FROM notes", "UPDATE notes SET text = '1' WHERE rowid = 2"}) {
      Files files;
      CAPTURE(edit);
      const TableNote note = files.note_of("notes", kNotes, std::string(kNotes) + edit);
      CHECK(note.has_changes);
      CHECK(note.text.find("they changed") != std::string::npos);
      CHECK(files.result.summary.changes() == 0);
    }
  }

  TEST_CASE_FIXTURE(Files, "a row whose key is NULL changed, all others are none of its business") {
    const std::string sql =
        "CREATE TABLE species (id TEXT PRIMARY KEY, name TEXT);"
        "INSERT INTO species VALUES (NULL, 'oak'), ('a', 'ash');";
    SUBCASE("changed") {
      CHECK(note_of("species", sql, sql + "UPDATE species SET name = 'x' WHERE id IS NULL")
                .has_changes);
    }
    SUBCASE("others changed") {
      CHECK_FALSE(note_of("species", sql, sql + "UPDATE species SET name = 'x' WHERE id = 'a'")
                      .has_changes);
      CHECK(result.summary.changes() == 1);
    }
  }

  TEST_CASE_FIXTURE(Files, "what a virtual table shows counts, a view does not") {
    const std::string sql =
        "CREATE VIRTUAL TABLE found USING fts5(text); INSERT INTO found VALUES ('a');";
    SUBCASE("virtual") {
      CHECK(note_of("found", sql, sql + "INSERT INTO found VALUES ('b')").has_changes);
    }
    SUBCASE("the same virtual table") { CHECK_FALSE(note_of("found", sql, sql).has_changes); }
    SUBCASE("view") {
      const std::string view =
          "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t;";
      CHECK_FALSE(note_of("v", view, view + "INSERT INTO t VALUES (1)").has_changes);
    }
  }

  TEST_CASE_FIXTURE(Files, "the look at the rows can be stopped") {
    int calls = 0;
    try {
      note_of("notes", kNotes, kNotes, [&](double) { return ++calls == 0; });
      FAIL("not stopped");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::Cancelled);
    }
    CHECK(calls == 1);
  }

  }  // namespace
}
