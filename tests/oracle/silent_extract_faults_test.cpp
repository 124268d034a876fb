// What geodiff loses or spoils in silence when it compares, applies and joins. Each case shows
// first that geodiff does (where it is installed), so that the list stays honest.

#include "geodiff_side.hpp"
#include "three_files.hpp"

#include <string>

using namespace qfcsync;
using namespace qfcsync::oracle;

namespace {

/// Whether geodiff says that nothing has changed between base and ours; true without geodiff.
bool geodiff_sees_nothing(const ThreeFiles& files) {
  Geodiff* geodiff = Geodiff::find();
  if (geodiff == nullptr) return true;
  return geodiff->extract(files.base, files.ours, files.scratch) &&
         read_file(files.scratch).empty();
}

std::size_t change_count(const ThreeFiles& files) {
  MemorySink sink;
  return extract(files.base, files.ours, sink).summary.changes();
}

}  // namespace

TEST_SUITE("oracle/silent faults") {
  TEST_CASE("only the letter case changes in a NOCASE column") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE); INSERT INTO t VALUES "
        "(1, 'oak'), (2, 'elm')",
        "UPDATE t SET name = 'Oak' WHERE id = 1");
    CHECK(geodiff_sees_nothing(files));
    CHECK(change_count(files) == 1);
    files.check_round_trip();
  }

  TEST_CASE("only trailing blanks change in an RTRIM column") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE RTRIM); INSERT INTO t VALUES "
        "(1, 'oak')",
        "UPDATE t SET name = 'oak  '");
    CHECK(geodiff_sees_nothing(files));
    CHECK(change_count(files) == 1);
    files.check_round_trip();
  }

  TEST_CASE("a DATETIME text that cannot be parsed changes") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, seen DATETIME); INSERT INTO t VALUES (1, "
        "'last spring')",
        "UPDATE t SET seen = 'last autumn'");
    CHECK(geodiff_sees_nothing(files));
    CHECK(change_count(files) == 1);
    files.check_round_trip();
  }

  TEST_CASE("NULL becomes a DATETIME text that cannot be parsed") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, seen DATETIME); INSERT INTO t VALUES (1, NULL)",
        "UPDATE t SET seen = 'last autumn'");
    CHECK(geodiff_sees_nothing(files));
    CHECK(change_count(files) == 1);
    files.check_round_trip();
  }

  TEST_CASE("text changes after a NUL, and is applied whole") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a' || "
        "char(0) || 'b')",
        "UPDATE t SET name = 'a' || char(0) || 'c'");
    CHECK(change_count(files) == 1);
    files.check_round_trip();
    Geodiff* geodiff = Geodiff::find();
    if (geodiff == nullptr) return;
    geodiff->extract(files.base, files.ours, files.scratch);
    copy_database(files.base, files.result);
    geodiff->apply(files.result, files.scratch);
    CHECK(difference(read_content(files.ours), read_content(files.result)) != "");
  }

  TEST_CASE("an integer becomes a real of the same number in an untyped column") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, anything); INSERT INTO t VALUES (1, 1)",
        "UPDATE t SET anything = 1.0");
    CHECK(geodiff_sees_nothing(files));
    CHECK(change_count(files) == 1);
    files.check_round_trip();
  }

  TEST_CASE("generated columns shift nothing") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, twice INTEGER AS (2 * a) STORED, len "
        "INTEGER AS (length(b)) VIRTUAL, b TEXT); INSERT INTO t (id, a, b) VALUES (1, 5, 'oak'), "
        "(2, 6, 'elm')",
        "UPDATE t SET b = 'beech' WHERE id = 1; INSERT INTO t (id, a, b) VALUES (3, 7, 'fir'); "
        "DELETE FROM t WHERE id = 2");
    CHECK(change_count(files) == 3);
    files.check_round_trip();
    Geodiff* geodiff = Geodiff::find();
    if (geodiff == nullptr) return;
    copy_database(files.base, files.result);
    const bool is_applied = geodiff->extract(files.base, files.ours, files.scratch) &&
                            geodiff->apply(files.result, files.scratch);
    const bool is_right =
        is_applied && difference(read_content(files.ours), read_content(files.result)).empty();
    CHECK_FALSE(is_right);
  }

  TEST_CASE("two inserts of one row are refused, not dropped") {
    const std::string schema = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);";
    const ThreeFiles files(schema, "INSERT INTO t VALUES (7, 'ours')",
                           "INSERT INTO t VALUES (7, 'theirs')");
    const std::string ours = extracted(files.base, files.ours);
    const std::string theirs = extracted(files.base, files.theirs);
    try {
      joined({ours, theirs});
      FAIL("joined");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::InvalidArgument);
      CHECK(std::string(error.what()).find('7') != std::string::npos);
    }
    Geodiff* geodiff = Geodiff::find();
    if (geodiff == nullptr) return;
    const auto first = files.folder / "first", second = files.folder / "second";
    REQUIRE(geodiff->extract(files.base, files.ours, first));
    REQUIRE(geodiff->extract(files.base, files.theirs, second));
    CHECK(geodiff->concat(first, second, files.scratch));
    CHECK(decode(read_file(files.scratch)).empty());
  }

  TEST_CASE("a changeset that is cut is refused, wherever it is cut") {
    const ThreeFiles files(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, x REAL); INSERT INTO t VALUES (1, "
        "'oak', 1.5), (2, 'elm', 2.5)",
        "UPDATE t SET name = 'beech' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t "
        "VALUES (3, 'fir', 3.5)");
    for (const bool with_envelope : {false, true}) {
      ExtractOptions options;
      options.with_envelope = with_envelope;
      const std::string whole = extracted(files.base, files.ours, options);
      std::size_t accepted = 0;
      for (std::size_t size = 1; size < whole.size(); ++size) {
        copy_database(files.base, files.result);
        try {
          apply_all(files.result, std::string_view(whole).substr(0, size));
          ++accepted;
        } catch (const Error& error) {
          CHECK(error.code() == ErrorCode::Corrupt);
          CHECK(difference(read_content(files.base), read_content(files.result)) == "");
        }
      }
      // Without envelope a changeset may end after any table head or change.
      CAPTURE(with_envelope);
      CHECK(accepted <= (with_envelope ? 0u : 3u));
    }
  }

  TEST_CASE("a table without a key is named") {
    const ThreeFiles files(
        "CREATE TABLE loose (name TEXT); CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO "
        "loose VALUES ('oak')",
        "UPDATE loose SET name = 'elm'");
    CHECK(geodiff_sees_nothing(files));
    MemorySink sink;
    const auto result = extract(files.base, files.ours, sink);
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].table == "loose");
    CHECK(result.notes[0].reason == TableNote::Reason::NoKey);
    CHECK_FALSE(result.notes[0].text.empty());
  }
}
