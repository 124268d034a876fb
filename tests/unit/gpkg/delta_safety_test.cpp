// Failures from outside: crashes, locks, other journal modes, hostile files.

#include <qfcsync/error.hpp>

#include "delta_fixture.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;
using test::DeltaFixture;
using test::Json;

namespace {

const std::string kApplied = "Successfully applied delta!";

Json create(int i) {
  return {
      {"method", "create"},
      {"localPk", std::to_string(i)},
      {"new", {{"geometry", fmt::format("Point ({} {})", i, i)}, {"attributes", {{"name", "x"}}}}}};
}

Json patch(Json attributes) {
  return {{"method", "patch"},
          {"sourcePk", "1"},
          {"old", Json::object()},
          {"new", {{"attributes", std::move(attributes)}}}};
}

std::string header_versions(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(20, '\0');
  in.read(head.data(), 20);
  return fmt::format("{}{}", int(head[18]), int(head[19]));
}

std::size_t files_in(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator begin(folder);
  return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

/// A connection of somebody else.
class Stranger {
 public:
  explicit Stranger(const std::filesystem::path& file) { sqlite3_open(file.c_str(), &handle_); }
  ~Stranger() { sqlite3_close(handle_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  void run(const char* sql) {
    REQUIRE(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace

TEST_SUITE("gpkg/delta_safety") {
  TEST_CASE("without commit nothing is visible") {
    DeltaFixture f;
    {
      DeltaApplier job = f.applier();
      CHECK(job.apply(f.complete(create(1))).message == kApplied);
      CHECK(f.value("SELECT count(*) FROM pts") == "2");
    }
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
    CHECK(f.inconsistency() == "");
  }

  TEST_CASE("an applier can go on after a commit") {
    DeltaFixture f;
    DeltaApplier job = f.applier();
    job.apply(f.complete(create(1)));
    CHECK(job.commit().size() == 1);
    CHECK(job.commit().empty());
    job.apply(f.complete(create(2)));
    CHECK(job.commit().size() == 1);
    CHECK(f.value("SELECT count(*) FROM pts") == "4");
  }

  TEST_CASE("a process killed half way leaves the old state") {
    DeltaFixture f;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      DeltaApplier job = f.applier();
      for (int i = 0; i < 20'000; ++i) {  // more than the cache holds: pages reach the file
        Json delta = create(i);
        delta["new"]["attributes"]["name"] = std::string(2'000, 'x');
        job.apply(f.complete(delta));
      }
      const auto written = ::write(ready[1], "x", 1);
      ::pause();
      ::_exit(written == 1 ? 0 : 1);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    CHECK(files_in(f.file().parent_path()) == 2);  // the journal
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    Stranger(f.file()).run("BEGIN IMMEDIATE; COMMIT");  // rolls the journal back
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
    CHECK(f.inconsistency() == "");
    CHECK(f.apply(create(1)).message == kApplied);
  }

  TEST_CASE("a private copy is left without journal, WAL or shared memory") {
    DeltaFixture f;
    f.safety = FileSafety::PrivateCopy;
    Stranger(f.file()).run("PRAGMA journal_mode=WAL; CREATE TABLE w (x)");
    CHECK(header_versions(f.file()) == "22");
    const auto outcomes = f.apply_all({create(1), patch({{"ghost", 1}}), patch({{"n", 9}})});
    CHECK(outcomes[0].message == kApplied);
    CHECK(outcomes[1].status == DeltaStatus::NotApplied);
    CHECK(header_versions(f.file()) == "11");
    CHECK(files_in(f.file().parent_path()) == 1);
    CHECK(f.value("SELECT count(*) FROM pts") == "3");
  }

  TEST_CASE("a savepoint of a private copy takes back what a failing trigger left") {
    DeltaFixture f;
    f.safety = FileSafety::PrivateCopy;
    f.sql("CREATE TABLE log (x)");
    f.sql(
        "CREATE TRIGGER t AFTER UPDATE ON pts BEGIN INSERT INTO log VALUES (1); SELECT RAISE(FAIL, "
        "'no') "
        "WHERE NEW.n = 9; END");
    const auto outcomes = f.apply_all({patch({{"n", 9}}), patch({{"n", 8}})});
    CHECK(outcomes[0].message == "Failed to commit changes");
    CHECK(outcomes[0].provider_errors == std::vector<std::string>{"no"});
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "8");
    CHECK(f.value("SELECT count(*) FROM log") == "1");
  }

  TEST_CASE("a file in WAL mode stays so in place") {
    DeltaFixture f;
    Stranger(f.file()).run("PRAGMA journal_mode=WAL; CREATE TABLE w (x)");
    CHECK(f.apply(create(1)).message == kApplied);
    CHECK(header_versions(f.file()) == "22");
    CHECK(f.value("SELECT count(*) FROM pts") == "3");
  }

  TEST_CASE("readers see the old state until the commit") {
    DeltaFixture f;
    DeltaApplier job = f.applier();
    job.apply(f.complete(create(1)));
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
    job.commit();
    CHECK(f.value("SELECT count(*) FROM pts") == "3");
  }

  TEST_CASE("triggers that call unknown functions or raise fail their delta only") {
    DeltaFixture f;
    f.add_table("other", "POINT", {"name:String"});
    f.sql("CREATE TRIGGER bad AFTER INSERT ON other BEGIN SELECT load_extension('x.so'); END");
    Json there = create(1);
    there["localLayerId"] = there["sourceLayerId"] = "other";
    const auto outcomes = f.apply_all({there, create(1)});
    CHECK(outcomes[0].message == "Failed to commit changes");
    CHECK(outcomes[1].message == kApplied);
  }

  TEST_CASE("triggers that ignore a row are no success") {
    DeltaFixture f;
    f.sql("CREATE TRIGGER skip BEFORE INSERT ON pts BEGIN SELECT RAISE(IGNORE); END");
    CHECK(f.apply(create(1)).message == "Failed to commit changes");
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
  }

  TEST_CASE("a trigger that ends the transaction stops the job, and nothing is committed") {
    DeltaFixture f;
    f.sql("CREATE TRIGGER gone AFTER UPDATE ON pts BEGIN SELECT RAISE(ROLLBACK, 'gone'); END");
    DeltaApplier job = f.applier();
    CHECK(job.apply(f.complete(create(1))).message == kApplied);
    CHECK_THROWS_AS(job.apply(f.complete(patch({{"n", 6}}))), Error);
    CHECK_THROWS_AS(job.commit(), Error);
    CHECK(f.value("SELECT count(*) FROM pts") == "2");
  }

  TEST_CASE("no other file can be attached and the index tables cannot be written by a schema") {
    DeltaFixture f;
    f.sql(
        "CREATE TRIGGER evil AFTER UPDATE ON pts BEGIN UPDATE rtree_pts_geom_node SET data = "
        "x'00'; END");
    CHECK(f.apply(patch({{"n", 6}})).message == "Failed to commit changes");
    CHECK(f.value("SELECT n FROM pts WHERE fid=1") == "5");
  }

  TEST_CASE("quotes in names of tables and columns are only names") {
    DeltaFixture f;
    f.sql("CREATE TABLE \"a\"\"b;--\" (fid INTEGER PRIMARY KEY, \"c\"\"d\" TEXT)");
    Json delta = create(1);
    delta["localLayerId"] = delta["sourceLayerId"] = "a\"b;--";
    delta["new"]["attributes"] = {{"c\"d", "'); DROP TABLE pts; --"}};
    CHECK(f.apply(delta).message == kApplied);
    CHECK(f.value("SELECT \"c\"\"d\" FROM \"a\"\"b;--\"") == "'); DROP TABLE pts; --");
  }

  TEST_CASE("damaged files end in an outcome or an error, never in a crash") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      DeltaFixture f;
      {
        std::fstream file(f.file(), std::ios::binary | std::ios::in | std::ios::out);
        const auto size = std::filesystem::file_size(f.file());
        std::srand(seed);
        for (int i = 0; i < 40; ++i) {
          file.seekp(static_cast<std::streamoff>((100 + std::size_t(std::rand()) * 7919u) % size));
          file.put(static_cast<char>(std::rand()));
        }
      }
      try {
        DeltaApplier job = f.applier();
        for (int i = 0; i < 20; ++i) job.apply(f.complete(create(i)));
        job.apply(f.complete(patch({{"n", 6}})));
        job.commit();
      } catch (const Error& error) {
        CHECK(std::string(error.what()) != "");
      }
    }
  }
}
