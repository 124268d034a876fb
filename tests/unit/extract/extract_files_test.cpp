#include <qfcsync/error.hpp>

#include "unit/extract/extract_fixture.hpp"

#include <array>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace qfcsync;
using namespace qfcsync::test;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kTable =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES(1,'a'),(2,'b')";

std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

std::filesystem::path side(std::filesystem::path file, const char* suffix) {
  return file += suffix;
}

/// A program that dies by kill while its transaction is half in the file.
void crash_while_writing(const std::filesystem::path& file, const std::string& sql) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const auto* writer = new PlainDatabase(file);  // never closed: the journal stays hot
      writer->run("PRAGMA cache_size=2; PRAGMA cache_spill=ON; BEGIN IMMEDIATE; " + sql);
    } catch (...) {
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
}

/// A program that writes one value to all rows again and again and copies the log to the file in
/// every way there is, until this object is gone.
class Writer {
 public:
  explicit Writer(const std::filesystem::path& file) : child_(::fork()) {
    if (child_ != 0) return;
    try {
      const PlainDatabase database(file);
      database.run("PRAGMA busy_timeout=5; PRAGMA wal_autocheckpoint=200");
      for (int i = 2;; ++i) {
        database.run("UPDATE t SET x=" + std::to_string(i));
        constexpr std::array kWays = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
        if (i % 3 == 0) {
          database.run("PRAGMA wal_checkpoint(" + std::string(kWays[(i / 3) % kWays.size()]) + ")");
        }
      }
    } catch (...) {
    }
    ::_exit(0);
  }
  ~Writer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  pid_t child_;
};

/// What updates of t set x to.
std::set<std::string> new_values(const std::string& changeset) {
  std::set<std::string> values;
  for (const std::string& line : lines(changeset)) values.insert(line.substr(line.find("->")));
  return values;
}

}  // namespace

TEST_SUITE("extract/files") {
  TEST_CASE("a transaction that a killed program left half done never happened") {
    const FilePair pair(
        "PRAGMA page_size=512; CREATE TABLE t(id INTEGER PRIMARY KEY, x); WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) INSERT INTO t SELECT i, 'old' FROM n");
    pair.edit("UPDATE t SET x='kept' WHERE id=7");
    crash_while_writing(pair.modified(), "UPDATE t SET x='lost' || id");
    REQUIRE(std::filesystem::file_size(side(pair.modified(), "-journal")) > 0);
    REQUIRE(bytes_of(pair.modified()).find("lost") != std::string::npos);
    CHECK(lines(pair.changes()) == Lines{"t update 7|'old' -> -|'kept'"});
  }

  TEST_CASE("what stands in a pending write-ahead log counts, and the log stays as it is") {
    const FilePair pair(kTable);
    const PlainDatabase writer(pair.modified());
    writer.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0");
    writer.run("UPDATE t SET x='c' WHERE id=2; INSERT INTO t VALUES(3,'d')");
    const std::string file = bytes_of(pair.modified());
    const std::string log = bytes_of(side(pair.modified(), "-wal"));
    REQUIRE(log.size() > 0);
    CHECK(lines(pair.changes()) == Lines{"t insert 3|'d'", "t update 2|'b' -> -|'c'"});
    CHECK(bytes_of(pair.modified()) == file);
    CHECK(bytes_of(side(pair.modified(), "-wal")) == log);
    writer.run("UPDATE t SET x='e' WHERE id=1");  // the writer still works
    CHECK(lines(pair.changes()).size() == 3);
    pair.changes_by(ExtractMethod::Auto);
    CHECK(pair.result().method != ExtractMethod::Sqlite);
  }

  TEST_CASE("every extraction shows one moment while another program writes and checkpoints") {
    const FilePair pair(
        "PRAGMA page_size=512; CREATE TABLE t(id INTEGER PRIMARY KEY, x); WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<1000) INSERT INTO t SELECT i, 0 FROM n");
    pair.edit("PRAGMA journal_mode=WAL");
    const PlainDatabase keeper(pair.modified());
    keeper.run("UPDATE t SET x=1");  // so that there is a log from the first look on
    const Writer writer(pair.modified());
    constexpr std::size_t kMoments = 40;
    constexpr int kMaxRounds = 20'000;
    std::set<std::string> seen;
    int rounds = 0;
    for (; seen.size() < kMoments && rounds < kMaxRounds; ++rounds) {
      const auto method = rounds % 3 == 0 ? ExtractMethod::Pages : ExtractMethod::Auto;
      const std::set<std::string> values = new_values(pair.changes_by(method));
      INFO("round " << rounds);
      REQUIRE(values.size() == 1);
      REQUIRE(pair.result().summary.tables.at(0).updates == 1000);
      seen.insert(*values.begin());
    }
    CHECK(rounds < kMaxRounds);
  }

  TEST_CASE("an open transaction of another program is not seen, in either journal mode") {
    const FilePair pair(kTable);
    SUBCASE("rollback journal") {}
    SUBCASE("write-ahead log") { pair.edit("PRAGMA journal_mode=WAL"); }
    const PlainDatabase writer(pair.modified());
    writer.run("BEGIN IMMEDIATE; UPDATE t SET x='unfinished'");
    CHECK(pair.changes_by(ExtractMethod::Auto).empty());
    writer.run("COMMIT");
    CHECK(lines(pair.changes_by(ExtractMethod::Auto)).size() == 2);
  }

  TEST_CASE("a log without shared memory is read from a copy, and nothing is left beside") {
    const FilePair pair(kTable);
    {
      const PlainDatabase writer(pair.modified());
      writer.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; DELETE FROM t");
      std::filesystem::copy_file(pair.modified(), pair.in_folder("moved.gpkg"));
      std::filesystem::copy_file(side(pair.modified(), "-wal"), pair.in_folder("moved.gpkg-wal"));
    }
    const std::string log = bytes_of(pair.in_folder("moved.gpkg-wal"));
    MemorySink out;
    extract(pair.base(), pair.in_folder("moved.gpkg"), out);
    CHECK(lines(out.bytes()) == Lines{"t delete 1|'a'", "t delete 2|'b'"});
    CHECK(bytes_of(pair.in_folder("moved.gpkg-wal")) == log);
    CHECK_FALSE(std::filesystem::exists(pair.in_folder("moved.gpkg-shm")));
  }

  TEST_CASE("a file in WAL mode without log is read as it is, and nothing is left beside") {
    const FilePair pair(kTable);
    pair.edit("PRAGMA journal_mode=WAL");
    pair.edit("DELETE FROM t WHERE id=1");
    const std::string file = bytes_of(pair.modified());
    REQUIRE_FALSE(std::filesystem::exists(side(pair.modified(), "-wal")));
    CHECK(lines(pair.changes()) == Lines{"t delete 1|'a'"});
    CHECK(pair.result().method == ExtractMethod::Leaves);
    CHECK(bytes_of(pair.modified()) == file);
    CHECK_FALSE(std::filesystem::exists(side(pair.modified(), "-wal")));
    CHECK_FALSE(std::filesystem::exists(side(pair.modified(), "-shm")));
  }

  TEST_CASE("locks that this process holds on the file outlive the extraction") {
    const FilePair pair(kTable);
    const PlainDatabase reader(pair.base());
    reader.run("BEGIN; SELECT * FROM t");
    CHECK(pair.changes_by(ExtractMethod::Auto).empty());
    // Another process must still find the read lock: it cannot commit.
    const pid_t child = ::fork();
    if (child == 0) {
      int result = 1;
      try {
        const PlainDatabase writer(pair.base());
        writer.run("PRAGMA busy_timeout=0; DELETE FROM t");
      } catch (...) {
        result = 0;  // locked, as it has to be
      }
      ::_exit(result);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
  }

  TEST_CASE("texts of UTF-16 databases travel as UTF-8, also between encodings") {
    const char* tables =
        "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE k(k TEXT PRIMARY KEY, x);"
        "INSERT INTO t VALUES(1,'Bäume'),(2,'森'); INSERT INTO k "
        "VALUES('ä',1),('\xF0\x9F\x8C\xB3',2),"
        "('\xEF\xBF\xBD',3)";
    for (const char* base : {"UTF-8", "UTF-16le", "UTF-16be"}) {
      for (const char* modified : {"UTF-8", "UTF-16le", "UTF-16be"}) {
        INFO(base << " and " << modified);
        const FilePair pair(std::string("PRAGMA encoding='") + base + "'; " + tables);
        std::filesystem::remove(pair.modified());
        pair.edit(std::string("PRAGMA encoding='") + modified + "'; " + tables);
        CHECK(pair.changes().empty());
        pair.edit(
            "UPDATE t SET x='Wälder' WHERE id=1; UPDATE k SET x=9 WHERE x=2; DELETE FROM k "
            "WHERE x=3");
        CHECK(lines(pair.changes()) == Lines{"k delete '\xEF\xBF\xBD'|3",
                                             "k update '\xF0\x9F\x8C\xB3'|2 -> -|9",
                                             "t update 1|'Bäume' -> -|'Wälder'"});
      }
    }
  }

  TEST_CASE("page size, auto_vacuum and freed pages do not matter") {
    for (const int size : {512, 4096, 65536}) {
      for (const int vacuum : {0, 1, 2}) {
        INFO(size << " " << vacuum);
        const FilePair pair(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE TABLE gone(id INTEGER PRIMARY KEY, "
            "x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<300) INSERT "
            "INTO t SELECT i, hex(zeroblob(i*7)) FROM n; INSERT INTO gone SELECT * FROM t; DELETE "
            "FROM gone");
        pair.edit("PRAGMA page_size=" + std::to_string(size) +
                  "; PRAGMA auto_vacuum=" + std::to_string(vacuum) +
                  "; VACUUM; UPDATE t SET x=x||'f' WHERE id%100=0; INSERT INTO t VALUES(0,1)");
        CHECK(lines(pair.changes()).size() == 4);
      }
    }
  }

  TEST_CASE("failures are named") {
    const FilePair pair(kTable);
    const auto code_of = [&](const std::filesystem::path& base,
                             const std::filesystem::path& modified) {
      try {
        MemorySink out;
        extract(base, modified, out);
      } catch (const Error& error) {
        return error.code();
      }
      return ErrorCode{};
    };
    CHECK(code_of(pair.in_folder("none"), pair.modified()) == ErrorCode::NotFound);
    CHECK(code_of(pair.base(), pair.in_folder("none")) == ErrorCode::NotFound);
    std::ofstream(pair.in_folder("text")) << "no database";
    CHECK(code_of(pair.base(), pair.in_folder("text")) == ErrorCode::Corrupt);
  }

  TEST_CASE("a manifest of another file is refused, and none is made of a file with a log") {
    const FilePair pair(kTable);
    MemorySink manifest;
    write_page_manifest(pair.base(), manifest);
    pair.edit("UPDATE t SET x=1");
    MemorySource source(manifest.bytes());
    MemorySink out;
    CHECK_THROWS_AS(extract_with_manifest(pair.modified(), source, pair.base(), out), const Error&);
    const PlainDatabase writer(pair.modified());
    writer.run("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; UPDATE t SET x=2");
    CHECK_THROWS_AS(write_page_manifest(pair.modified(), out), const Error&);
  }
}
