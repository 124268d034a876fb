// Failures from outside: locks, journal modes, rights, full disks, crashes.

#include <qfcsync/error.hpp>

#include "apply/application.hpp"
#include "apply_fixture.hpp"
#include "support/fault_vfs.hpp"

#include <fstream>
#include <memory>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;
using namespace qfcsync::test;

namespace {

// Several pages, an index, a trigger with a cascade.
const std::string kBase =
    "PRAGMA page_size = 1024; CREATE TABLE t (id INTEGER PRIMARY KEY, u UNIQUE, v); CREATE TABLE c "
    "(id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE CASCADE); WITH r(i) AS (SELECT 1 UNION ALL "
    "SELECT i + 1 FROM r WHERE i < 120) INSERT INTO t SELECT i, 'u' || i, zeroblob(40) FROM r; "
    "INSERT INTO c SELECT id, id FROM t WHERE id % 10 = 0; CREATE TABLE log (x); CREATE TRIGGER g "
    "AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (NEW.id); END;";
const std::string kEdit =
    "UPDATE t SET v = zeroblob(60) WHERE id % 7 = 1; DELETE FROM t WHERE id % 20 = 0; INSERT INTO "
    "t "
    "VALUES (500, 'u20', NULL), (501, 'z', zeroblob(3000)); UPDATE t SET u = u || '!' WHERE id = 3";

ErrorCode code_of(ApplyFixture& f, const std::string& changeset) {
  try {
    f.apply(changeset);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL("no error");
  return ErrorCode::Internal;
}

/// Runs the application in a process of its own and lets it be killed.
void apply_and_die(const std::filesystem::path& file, const std::string& changeset, Fault fault,
                   std::uint64_t at) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const FaultVfs vfs(fault, at);
    MemorySource source(changeset);
    try {
      apply_changeset(file, source);
    } catch (...) {
      ::_exit(2);
    }
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 9);
}

void check_old_or_new(ApplyFixture& f, const std::string& before, const std::string& after,
                      int& survived) {
  const std::string now = dump(f.file());
  CHECK((now == before || now == after));
  CHECK(check_database(f.file()) == "");
  if (now == after) ++survived;
}

void copy_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  for (const char* end : {"-journal", "-wal", "-shm"}) std::filesystem::remove(to.string() + end);
}

}  // namespace

TEST_SUITE("apply/safety") {
  TEST_CASE("whatever operation fails, the file is the old or the new one") {
    for (const char* mode : {"delete", "wal"}) {
      CAPTURE(mode);
      ApplyFixture f(kBase + fmt::format("PRAGMA journal_mode = {};", mode));
      const auto original = f.copy("original");
      const std::string changeset = f.changeset_of(kEdit);
      const std::string before = dump(f.file());
      std::uint64_t operations = 0;
      {
        const FaultVfs vfs(Fault::None, 0);
        CHECK(f.apply(changeset).is_applied);
        operations = vfs.operations();
      }
      const std::string after = dump(f.file());
      REQUIRE(before != after);
      REQUIRE(operations > 20);
      for (const Fault fault : {Fault::DiskFull, Fault::IoError}) {
        int survived = 0;
        for (std::uint64_t at = 1; at <= operations; ++at) {
          CAPTURE(at);
          copy_over(original, f.file());
          bool is_applied = false;
          {
            const FaultVfs vfs(fault, at);
            try {
              is_applied = f.apply(changeset).is_applied;
            } catch (const Error& error) {
              CHECK((error.code() == ErrorCode::Io || error.code() == ErrorCode::Busy));
            }
          }
          check_old_or_new(f, before, after, survived);
          if (is_applied) CHECK(dump(f.file()) == after);
        }
        CHECK(survived < static_cast<int>(operations) / 2);
      }
      for (const Fault fault : {Fault::Kill, Fault::PowerLoss}) {
        int survived = 0;
        for (std::uint64_t at = 1; at <= operations; ++at) {
          CAPTURE(at);
          copy_over(original, f.file());
          apply_and_die(f.file(), changeset, fault, at);
          check_old_or_new(f, before, after, survived);
        }
        CHECK(survived < static_cast<int>(operations) / 2 + 10);
      }
    }
  }

  TEST_CASE("journal mode and page size stay as they are") {
    for (const char* mode : {"delete", "persist", "wal"}) {
      CAPTURE(mode);
      ApplyFixture f(kBase + fmt::format("PRAGMA journal_mode = {};", mode));
      const std::string head = bytes_of(f.file()).substr(16, 4);
      CHECK(f.apply(f.changeset_of(kEdit)).is_applied);
      CHECK(bytes_of(f.file()).substr(16, 4) == head);
    }
  }

  TEST_CASE("what waits in a write-ahead log counts") {
    ApplyFixture f(kBase + "PRAGMA journal_mode = wal");
    const Sqlite other(f.file());
    const std::string changeset = f.changeset_of(kEdit);
    other.run("PRAGMA wal_autocheckpoint = 0; UPDATE t SET v = 'theirs' WHERE id = 1");
    CHECK(kinds(f.apply(changeset)) == "other_value");
    other.run("UPDATE t SET v = zeroblob(40) WHERE id = 1");
    CHECK(f.apply(changeset).is_applied);
    CHECK(other.value("SELECT length(v) FROM t WHERE id = 1") == "60");
  }

  TEST_CASE("a private copy is written without syncs and is complete, also in WAL mode") {
    for (const char* mode : {"delete", "wal"}) {
      ApplyFixture f(kBase + fmt::format("PRAGMA journal_mode = {};", mode));
      const std::string changeset = f.changeset_of(kEdit);
      const std::string head = bytes_of(f.file()).substr(16, 4);
      MemorySource source(changeset);
      apply::ApplicationOptions options;
      options.safety = FileSafety::PrivateCopy;
      CHECK(apply::apply_to_file(f.file(), source, options).is_applied);
      CHECK_FALSE(std::filesystem::exists(f.file().string() + "-wal"));
      CHECK_FALSE(std::filesystem::exists(f.file().string() + "-journal"));
      CHECK(bytes_of(f.file()).substr(16, 4) == head);
      CHECK(f.rows("SELECT u FROM t WHERE id = 500") == "'u20'\n");
      CHECK(check_database(f.file()) == "");
    }
  }

  TEST_CASE("another writer makes us wait, and who holds on makes us give up") {
    ApplyFixture f(kBase);
    const std::string changeset = f.changeset_of(kEdit);
    auto other = std::make_unique<Sqlite>(f.file());
    other->run("BEGIN IMMEDIATE");
    std::thread release([&] {
      sqlite3_sleep(200);
      other->run("COMMIT");
    });
    CHECK(f.apply(changeset).is_applied);
    release.join();
    other->run("BEGIN IMMEDIATE");
    CHECK(code_of(f, changeset) == ErrorCode::Busy);
  }

  TEST_CASE("a file that cannot be written is Denied, none is NotFound, no database Corrupt") {
    ApplyFixture f(kBase);
    const std::string changeset = f.changeset_of(kEdit);
    const std::string before = bytes_of(f.file());
    ::chmod(f.file().c_str(), 0444);
    ::chmod(f.file().parent_path().c_str(), 0755);
    // Root may write everything; another user may not.
    const uid_t self = ::geteuid();
    if (self == 0) REQUIRE(::seteuid(65534) == 0);
    const ErrorCode code = code_of(f, changeset);
    if (self == 0) REQUIRE(::seteuid(self) == 0);
    CHECK(code == ErrorCode::Denied);
    CHECK(bytes_of(f.file()) == before);

    MemorySource source(changeset);
    CHECK_THROWS_AS(apply_changeset(f.file().string() + "-none", source), Error);
    ApplyFixture other("CREATE TABLE x (a)");
    std::filesystem::resize_file(other.file(), 0);
    CHECK(code_of(other, changeset) == ErrorCode::SchemaMismatch);  // empty: a database
    { std::ofstream(other.file()) << std::string(5000, 'x'); }
    CHECK(code_of(other, changeset) == ErrorCode::Corrupt);
  }

  TEST_CASE("the judge decides change by change") {
    ApplyFixture f("CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT UNIQUE, v)");
    const std::string changeset =
        f.changeset_of("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
    f.run("INSERT INTO t VALUES (11, 'a', 1), (12, 'b', 2)");
    MemorySource source(changeset);
    apply::ApplicationOptions options;
    int asked = 0;
    options.judge = [&](std::span<const Mismatch> mismatches, const Change& change,
                        const apply::Circumstances&) {
      ++asked;
      CHECK(mismatches[0].kind == MismatchKind::Unique);
      apply::Verdict verdict;
      if (change.new_values[0].as_integer() == 2) return verdict;
      verdict.action = apply::Verdict::Action::Retry;
      // The first stand-in is taken as well.
      verdict.new_values = {Value(change.new_values[0]),
                            Value(ValueView::text(asked == 1 ? "b" : "a~1")),
                            Value(change.new_values[2])};
      return verdict;
    };
    const auto result = apply::apply_to_file(f.file(), source, options);
    CHECK(result.is_applied);
    CHECK(result.changes_applied == 2);
    CHECK(result.changes_skipped == 1);
    CHECK(asked == 3);
    CHECK(f.rows("SELECT id, u FROM t ORDER BY id") == "1|'a~1'\n3|'c'\n11|'a'\n12|'b'\n");
  }

  TEST_CASE("the judge can mend a foreign key") {
    ApplyFixture f(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY "
        "KEY, p REFERENCES p)");
    const std::string changeset = ChangesetBuilder()
                                      .table("c", {1, 0})
                                      .insert({ValueView::integer(1), ValueView::integer(5)})
                                      .finish();
    MemorySource source(changeset);
    apply::ApplicationOptions options;
    options.judge = [&](std::span<const Mismatch> mismatches, const Change& change,
                        const apply::Circumstances&) {
      CHECK(mismatches[0].kind == MismatchKind::ForeignKey);
      return apply::Verdict{apply::Verdict::Action::Retry,
                            {Value(change.new_values[0]), Value(ValueView::null())}};
    };
    CHECK(apply::apply_to_file(f.file(), source, options).is_applied);
    CHECK(f.rows("SELECT * FROM c") == "1|NULL\n");
  }

  TEST_CASE("a value or row that SQLite does not take is refused by name, and nothing is changed") {
    ApplyFixture f(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB); INSERT INTO t VALUES (1, 'x', "
        "x'00')");
    const std::string before = dump(f.file());
    const std::string large(1001, 'v');
    const std::string half(600, 'v');
    const auto id = ValueView::integer(2);
    const auto none = ValueView();
    struct Case {
      std::vector<ValueView> old_values;
      std::vector<ValueView> new_values;
      std::string told;
    };
    const auto one = ValueView::integer(1);
    const Case cases[] = {
        {{}, {id, ValueView::text("x"), ValueView::blob(large)}, "t, id = 2: column b has 1001"},
        {{}, {id, ValueView::text(half), ValueView::blob(half)}, "t, id = 2: column a has 600"},
        {{one, ValueView::text("x"), none},
         {none, ValueView::text(large), none},
         "t, id = 1: column a has 1001"},
        {{one, ValueView::text("x"), ValueView::blob(std::string_view("\0", 1))},
         {none, ValueView::text(half), ValueView::blob(half)},
         "t, id = 1: column a has 600"},
    };
    for (const Case& each : cases) {
      CAPTURE(each.told);
      ChangesetBuilder builder;
      builder.table("t", {1, 0, 0});
      builder.insert({ValueView::integer(7), ValueView::text("first"), ValueView::null()});
      if (each.old_values.empty()) {
        builder.insert(each.new_values);
      } else {
        builder.update(each.old_values, each.new_values);
      }
      const std::string changeset = builder.finish();
      apply::ApplicationOptions options;
      options.max_value_bytes = 1000;
      try {
        MemorySource source(changeset);
        apply::apply_to_file(f.file(), source, options);
        FAIL("it was taken");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::LimitExceeded);
        CHECK(std::string(error.what()).find(each.told) != std::string::npos);
        CHECK(std::string(error.what()).find(f.file().string()) != std::string::npos);
      }
      CHECK(dump(f.file()) == before);
    }
  }
}
