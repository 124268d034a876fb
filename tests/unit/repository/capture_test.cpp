// GeoPackages that other programs have open.

#include "repository/capture.hpp"

#include "unit/repository/repository_fixture.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

namespace qfcsync::repository {
namespace {

using test::RepositoryFixture;

std::string all_of(Capture& captured) {
  std::string bytes;
  std::string block(10'000, '\0');
  while (const std::size_t count = captured.bytes().read(block.data(), block.size())) {
    bytes.append(block, 0, count);
  }
  return bytes;
}

struct Connection {
  explicit Connection(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &handle) != SQLITE_OK) throw std::runtime_error("cannot open");
    sqlite3_busy_timeout(handle, 10'000);
  }
  ~Connection() { sqlite3_close(handle); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  int run(const char* sql) { return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr); }
  sqlite3* handle = nullptr;
};

std::int64_t number_in(const std::filesystem::path& file, const char* sql) {
  const Connection connection(file);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(connection.handle, sql, -1, &statement, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  const std::int64_t number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return number;
}

/// Another process that moves amounts between rows, so that their sum stays, until it is killed.
class Mover {
 public:
  explicit Mover(const std::filesystem::path& file) : child_(::fork()) {
    if (child_ != 0) return;
    Connection connection(file);
    for (int i = 0;; ++i) {
      const std::string sql = fmt::format(
          "BEGIN IMMEDIATE; UPDATE trees SET height = height - 1 WHERE fid = {}; "
          "UPDATE trees SET height = height + 1 WHERE fid = {}; COMMIT",
          1 + i * 7 % 1000, 1 + i * 13 % 1000);
      if (connection.run(sql.c_str()) != SQLITE_OK) connection.run("ROLLBACK");
      // Else no reader in rollback mode would ever find the file unlocked.
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  ~Mover() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  Mover(const Mover&) = delete;
  Mover& operator=(const Mover&) = delete;

 private:
  pid_t child_;
};

TEST_SUITE_BEGIN("repository/capture");

TEST_CASE("a database that is being written to is captured in a committed state, in any mode") {
  for (const std::string& journal : std::vector<std::string>{"wal", "delete", "truncate"}) {
    CAPTURE(journal);
    const RepositoryFixture fixture;
    Repository repository = fixture.init();
    const auto data = fixture.work / "data.gpkg";
    test::make_trees(data, 1000, journal.c_str());
    const std::int64_t sum = number_in(data, "SELECT sum(height) * 2 FROM trees");
    std::vector<std::string> versions;
    {
      const Mover mover(data);
      for (int i = 0; i < 15; ++i) {
        versions.push_back(repository.commit_folder(fixture.work).version);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
    for (const std::string& version : versions) {
      const auto restored = fixture.folder / "restored.gpkg";
      repository.restore(version, "data.gpkg", restored);
      CHECK(test::integrity(restored) == "ok");
      CHECK(number_in(restored, "SELECT sum(height) * 2 FROM trees") == sum);
    }
    CHECK(repository.log().size() > 2);
  }
}

TEST_CASE("what is in a write-ahead log is captured, and the log stays where it is") {
  const test::TemporaryFolder folder;
  const auto file = folder / "data.gpkg";
  test::make_trees(file, 10, "wal");
  Connection connection(file);
  REQUIRE(connection.run("PRAGMA wal_autocheckpoint=0; DELETE FROM trees WHERE fid = 1") ==
          SQLITE_OK);
  const std::string log = test::file_bytes(folder / "data.gpkg-wal");
  REQUIRE_FALSE(log.empty());
  const auto captured = capture(file);
  CHECK(captured->is_sqlite());
  const std::string bytes = all_of(*captured);
  CHECK(captured->is_whole());
  test::put_file(folder / "copy.gpkg", bytes);
  CHECK(number_in(folder / "copy.gpkg", "SELECT count(*) FROM trees") == 9);
  CHECK((test::file_bytes(folder / "data.gpkg-wal") == log));
  // Later commits are not in it: the state is that of the beginning.
  const auto second = capture(file);
  REQUIRE(connection.run("DELETE FROM trees") == SQLITE_OK);
  CHECK((all_of(*second) == bytes));
}

TEST_CASE("captured bytes are those that a checkpoint leaves") {
  const test::TemporaryFolder folder;
  const auto file = folder / "data.gpkg";
  test::make_trees(file, 500, "wal");
  Connection connection(file);
  REQUIRE(connection.run("PRAGMA wal_autocheckpoint=0; DELETE FROM trees WHERE fid > 400") ==
          SQLITE_OK);
  const std::string before = all_of(*capture(file));
  REQUIRE(connection.run("PRAGMA wal_checkpoint(TRUNCATE)") == SQLITE_OK);
  CHECK((all_of(*capture(file)) == before));
  CHECK((test::file_bytes(file) == before));
}

TEST_CASE("a capture of this process leaves its own locks alone") {
  const test::TemporaryFolder folder;
  const auto file = folder / "data.gpkg";
  test::make_trees(file, 10);
  Connection connection(file);
  REQUIRE(connection.run("BEGIN; SELECT * FROM trees") == SQLITE_OK);
  all_of(*capture(file));
  // Another process must still not be able to commit.
  const pid_t child = ::fork();
  if (child == 0) {
    Connection other(file);
    sqlite3_busy_timeout(other.handle, 100);
    ::_exit(other.run("DELETE FROM trees") == SQLITE_BUSY ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("files that change while they are read are told apart from those that do not") {
  const test::TemporaryFolder folder;
  const auto file = folder / "photo.jpg";
  test::put_file(file, std::string(100'000, 'a'));
  const auto quiet = capture(file);
  CHECK_FALSE(quiet->is_sqlite());
  all_of(*quiet);
  CHECK(quiet->is_whole());
  const auto busy = capture(file);
  all_of(*busy);
  test::put_file(file, std::string(100'001, 'b'));
  CHECK_FALSE(busy->is_whole());
  const auto cut = capture(file);
  CHECK_FALSE(cut->is_whole());  // not read to the end
}

TEST_CASE("damaged and encrypted databases are kept as the bytes they are") {
  const RepositoryFixture fixture;
  Repository repository = fixture.init();
  std::string bytes = "SQLite format 3";
  bytes.push_back('\0');
  bytes += std::string(5000, 'x');
  test::put_file(fixture.work / "broken.gpkg", bytes);
  std::mt19937_64 random(3);
  std::string noise(8192, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  test::put_file(fixture.work / "secret.gpkg", noise);
  repository.commit_folder(fixture.work);
  bytes += "more";
  test::put_file(fixture.work / "broken.gpkg", bytes);
  repository.commit_folder(fixture.work);
  CHECK((fixture.restored(repository, "HEAD", "broken.gpkg") == bytes));
  CHECK((fixture.restored(repository, "HEAD", "secret.gpkg") == noise));
}

TEST_CASE("a stamp is given only when it can be relied on") {
  const test::TemporaryFolder folder;
  const auto file = folder / "a";
  CHECK(stamp_of(file).empty());
  test::put_file(file, "1");
  CHECK(stamp_of(file).empty());  // written a moment ago
  const auto later = std::chrono::system_clock::now() + std::chrono::seconds(10);
  const std::string stamp = stamp_of(file, later);
  CHECK_FALSE(stamp.empty());
  CHECK(stamp_of(file, later) == stamp);
  test::put_file(folder / "a-wal", "frames");
  CHECK(stamp_of(file, later).empty());
  std::filesystem::remove(folder / "a-wal");
  test::put_file(file, "2");
  CHECK(stamp_of(file, later) != stamp);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::repository
