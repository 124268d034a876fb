#include "db/database.hpp"

#include <qfcsync/error.hpp>

#include "support/temporary_folder.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::server {
namespace {

void add_user(Connection& db, const char* name) {
  db.run("INSERT INTO user (username, created_at) VALUES (?, 0)", {name});
}

std::int64_t count_users(Connection& db) {
  return db.integer("SELECT count(*) FROM user", {}).value_or(-1);
}

TEST_SUITE_BEGIN("server/database");

TEST_CASE("a failed write leaves nothing behind") {
  const test::TemporaryFolder folder;
  Database db(folder / "server.db");
  CHECK_THROWS_AS(db.write([](Connection& c) {
    add_user(c, "ada");
    throw std::runtime_error("on purpose");
  }),
                  std::runtime_error);
  CHECK(db.read(count_users) == 0);
}

TEST_CASE("a broken rule is an error with a code, and the next write works") {
  const test::TemporaryFolder folder;
  Database db(folder / "server.db");
  db.write([](Connection& c) { add_user(c, "ada"); });
  try {
    db.write([](Connection& c) { add_user(c, "ADA"); });
    FAIL("usernames are unique without case");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::AlreadyExists);
    CHECK(error.origin() == ErrorOrigin::Sqlite);
  }
  db.write([](Connection& c) { add_user(c, "bob"); });
  CHECK(db.read(count_users) == 2);
}

TEST_CASE("readers see one state while a writer works") {
  const test::TemporaryFolder folder;
  Database db(folder / "server.db");
  db.read([&](Connection& reader) {
    CHECK(count_users(reader) == 0);
    db.write([](Connection& c) { add_user(c, "ada"); });
    CHECK(count_users(reader) == 0);
  });
  CHECK(db.read(count_users) == 1);
}

TEST_CASE("an existing file is opened again, a newer one is refused") {
  const test::TemporaryFolder folder;
  Database(folder / "server.db").write([](Connection& c) { add_user(c, "ada"); });
  CHECK(Database(folder / "server.db").read(count_users) == 1);
  Connection(folder / "server.db").run("PRAGMA user_version = 999");
  CHECK_THROWS_WITH_AS(Database(folder / "server.db"), doctest::Contains("upgrade qfcsync"), Error);
}

TEST_CASE("values come back as they went in") {
  const test::TemporaryFolder folder;
  Database db(folder / "server.db");
  const std::string text("a\0b\xc3\xa4", 5);
  db.read([&](Connection& c) {
    c.each("SELECT ?, ?, ?, ?", {text, std::int64_t{1} << 62, nullptr, true}, [&](const Row& row) {
      CHECK(row.text(0) == text);
      CHECK(row.integer(1) == std::int64_t{1} << 62);
      CHECK(row.is_null(2));
      CHECK_FALSE(row.optional_text(2).has_value());
      CHECK(row.boolean(3));
    });
  });
}

TEST_CASE("many threads write and none is told to wait") {
  const test::TemporaryFolder folder;
  Database db(folder / "server.db");
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&db, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string name = "user" + std::to_string(t * 100 + i);
        db.write([&](Connection& c) { add_user(c, name.c_str()); });
        db.read(count_users);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(db.read(count_users) == 80);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::server
