#include <qfcsync/error.hpp>
#include <qfcsync/version.hpp>

#include "unit/extract/extract_fixture.hpp"

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::test;
using Lines = std::vector<std::string>;

namespace {

Lines operations_of(const ExtractResult& result) {
  Lines texts;
  for (const SchemaOperation& operation : result.schema_operations) {
    texts.push_back(to_string(operation));
  }
  return texts;
}

Lines notes_of(const ExtractResult& result) {
  Lines texts;
  for (const TableNote& note : result.notes) {
    texts.push_back(note.table + ": " + std::string(to_string(note.reason)));
  }
  return texts;
}

/// Enough rows for many calls of the progress.
constexpr const char* kManyRows =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE TABLE u(k TEXT PRIMARY KEY, x);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20000) INSERT INTO t "
    "SELECT i, hex(zeroblob(50)) FROM n; INSERT INTO u SELECT id || 'k', x FROM t";

}  // namespace

TEST_SUITE("extract/options") {
  TEST_CASE("files with other columns are refused and every operation is named") {
    const FilePair pair(
        "CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE TABLE b(id INTEGER PRIMARY KEY)");
    pair.edit("ALTER TABLE a ADD COLUMN y REAL; DROP TABLE b");
    try {
      pair.changes_by(ExtractMethod::Auto);
      FAIL("not refused");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::SchemaMismatch);
      CHECK(std::string(error.what()) ==
            "the tables of the two files differ, and a changeset of rows cannot carry that: table "
            "a: column y added (REAL); table b dropped (id INTEGER KEY 1)");
    }
  }

  TEST_CASE("by request different tables are left out, with operations and notes") {
    const FilePair pair(
        "CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE TABLE b(id INTEGER PRIMARY KEY, y);"
        "CREATE TABLE c(id INTEGER PRIMARY KEY, z); INSERT INTO a VALUES(1,1); INSERT INTO c "
        "VALUES(1,1)");
    pair.edit(
        "ALTER TABLE a ADD COLUMN y; ALTER TABLE b RENAME TO d; UPDATE a SET x=2; UPDATE c "
        "SET z=2");
    ExtractOptions options;
    options.schema = SchemaPolicy::Report;
    CHECK(lines(pair.changes(options)) == Lines{"c update 1|1 -> -|2"});
    CHECK(operations_of(pair.result()) ==
          Lines{"table a: column y added (any type)", "table b renamed to d"});
    CHECK(notes_of(pair.result()) == Lines{"a: different", "b: different", "d: different"});
  }

  TEST_CASE("only the tables asked for are compared, and only they must be the same") {
    const FilePair pair(
        "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(id INTEGER PRIMARY KEY)");
    pair.edit("INSERT INTO a VALUES(1); INSERT INTO b VALUES(1); ALTER TABLE b ADD COLUMN x");
    ExtractOptions options;
    options.tables = {"a"};
    CHECK(lines(pair.changes(options)) == Lines{"a insert 1"});
    options.tables = {"b"};
    CHECK_THROWS_AS(pair.changes_by(ExtractMethod::Auto, options), const Error&);
    options.tables = {"A"};
    CHECK_THROWS_AS(pair.changes_by(ExtractMethod::Auto, options), const Error&);
  }

  TEST_CASE("the envelope names columns, relations, fingerprint and largest keys") {
    const FilePair pair(
        "CREATE TABLE p(id INTEGER PRIMARY KEY AUTOINCREMENT, x); CREATE TABLE c(id INTEGER "
        "PRIMARY "
        "KEY, p REFERENCES p); CREATE TABLE e(id INTEGER PRIMARY KEY); CREATE TABLE s(k TEXT "
        "PRIMARY KEY); INSERT INTO p VALUES(40,1),(50,2); DELETE FROM p WHERE id=50; INSERT INTO c "
        "VALUES(7,40)");
    pair.edit("INSERT INTO c VALUES(9,NULL)");
    ExtractOptions options;
    options.with_envelope = true;
    options.base_id = "base 1";
    const std::string bytes = pair.changes(options);
    CHECK(lines(bytes) == Lines{"c insert 9|NULL"});
    MemorySource source(bytes);
    ChangesetReader reader(source);
    REQUIRE(reader.next() != nullptr);
    REQUIRE(reader.envelope() != nullptr);
    const ChangesetEnvelope& envelope = *reader.envelope();
    CHECK(envelope.base_id == "base 1");
    CHECK(envelope.tool_version == "qfcsync " + std::string(version()));
    CHECK(envelope.schema_fingerprint == fingerprint(read_schema(pair.base())));
    CHECK(envelope.tables == read_schema(pair.base()).tables);
    CHECK(envelope.relations == read_schema(pair.base()).relations);
    using Keys = std::vector<std::pair<std::string, std::int64_t>>;
    CHECK(envelope.max_keys == Keys{{"c", 9}, {"p", 50}});
  }

  TEST_CASE("progress grows to 1") {
    const FilePair pair(kManyRows);
    for (const auto method : {ExtractMethod::Auto, ExtractMethod::Sqlite}) {
      double last = 0;
      bool grows = true;
      ExtractOptions options;
      options.progress = [&](double share) {
        grows = grows && share >= last && share <= 1;
        last = share;
        return true;
      };
      pair.changes_by(method, options);
      CHECK(grows);
      CHECK(last == 1.0);
    }
  }

  TEST_CASE("the caller can stop it at any time, also by an exception") {
    const FilePair pair(kManyRows);
    pair.edit("UPDATE t SET x=1; UPDATE u SET x=1");
    for (const auto method : {ExtractMethod::Auto, ExtractMethod::Sqlite}) {
      ExtractOptions options;
      options.progress = [](double) { return false; };
      try {
        pair.changes_by(method, options);
        FAIL("not stopped");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::Cancelled);
      }
      options.progress = [](double) -> bool { throw std::out_of_range("mine"); };
      CHECK_THROWS_AS(pair.changes_by(method, options), const std::out_of_range&);
    }
  }

  TEST_CASE("changes larger than the memory for them go over a file") {
    const FilePair pair("CREATE TABLE t(id INTEGER PRIMARY KEY, x BLOB)");
    const std::string fill =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<400) INSERT INTO t "
        "SELECT i + ";
    PlainDatabase(pair.base()).run(fill + "0, randomblob(30000) FROM n");
    std::filesystem::copy_file(pair.base(), pair.modified(),
                               std::filesystem::copy_options::overwrite_existing);
    pair.edit(fill +
              "1000, randomblob(30000) FROM n; DELETE FROM t WHERE id <= 200; UPDATE t SET "
              "x = randomblob(30000) WHERE id <= 400");
    REQUIRE(12'000'000 > kScratchMemoryBytes);
    pair.changes();
    CHECK(pair.result().summary.tables.at(0) == ChangesetSummary::Table{"t", 400, 200, 200});
  }

  TEST_CASE("a sink that fails stops the extraction with its own error") {
    class FullSink : public ByteSink {
      void write(std::string_view) override { throw Error(ErrorCode::Io, "disk full"); }
    } sink;
    const FilePair pair(kManyRows);
    pair.edit("UPDATE t SET x=1");
    CHECK_THROWS_AS(extract(pair.base(), pair.modified(), sink), const Error&);
  }
}
