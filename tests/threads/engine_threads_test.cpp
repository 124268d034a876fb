// What the public headers promise about threads, held by real threads on real files. The program is
// also built with ThreadSanitizer.

#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>

#include "support/temporary_folder.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

using namespace qfcsync;

namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 8;

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  const int result = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(database);
  REQUIRE(result == SQLITE_OK);
}

std::string changeset_between(const std::filesystem::path& base,
                              const std::filesystem::path& modified) {
  MemorySink sink;
  extract(base, modified, sink);
  return sink.take();
}

/// A base and two copies that were edited in different places.
struct Files {
  test::TemporaryFolder folder;
  std::filesystem::path base = folder / "base.db";
  std::filesystem::path ours = folder / "ours.db";
  std::filesystem::path theirs = folder / "theirs.db";

  Files() {
    run_sql(base,
            "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, note TEXT);"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
            "INSERT INTO t SELECT i, 'name ' || i, hex(zeroblob(i % 50)) FROM n");
    std::filesystem::copy_file(base, ours);
    std::filesystem::copy_file(base, theirs);
    run_sql(ours, "UPDATE t SET name = 'ours' WHERE id % 7 = 0; DELETE FROM t WHERE id = 3");
    run_sql(theirs,
            "UPDATE t SET note = 'theirs' WHERE id % 5 = 0; INSERT INTO t VALUES(999, 'x', 'y')");
  }
};

/// Runs body(thread number) on several threads at once; an exception in one fails the test.
template <class Body>
void on_threads(Body&& body) {
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      try {
        body(i);
      } catch (const std::exception& error) {
        ++failures;
        MESSAGE(error.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
}

}  // namespace

TEST_SUITE("threads/engine") {
  TEST_CASE("the same files are compared by several threads at once") {
    const Files files;
    const std::string expected = changeset_between(files.base, files.ours);
    std::atomic<int> equal = 0;
    on_threads([&](int) {
      for (int i = 0; i < kRounds; ++i) {
        equal += changeset_between(files.base, files.ours) == expected ? 1 : 0;
      }
    });
    CHECK(equal == kThreads * kRounds);
  }

  TEST_CASE("a large table is shared out, by several callers at once") {
    const test::TemporaryFolder folder;
    run_sql(folder / "base.db",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, x BLOB);"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
            "INSERT INTO t SELECT i, 'row ' || i, zeroblob(900) FROM n");
    std::filesystem::copy_file(folder / "base.db", folder / "modified.db");
    run_sql(folder / "modified.db", "UPDATE t SET name = 'new' WHERE id % 9 = 0");
    ExtractOptions alone;
    alone.threads = 1;
    ExtractOptions shared;
    shared.threads = kThreads;
    const auto changeset = [&](const ExtractOptions& options) {
      MemorySink sink;
      extract(folder / "base.db", folder / "modified.db", sink, options);
      return sink.take();
    };
    const std::string expected = changeset(alone);
    std::atomic<int> equal = 0;
    on_threads([&](int) { equal += changeset(shared) == expected ? 1 : 0; });
    CHECK(equal == kThreads);
  }

  TEST_CASE("files of their own are merged and changed by several threads at once") {
    const Files files;
    const std::string changeset = changeset_between(files.base, files.ours);
    std::atomic<int> good = 0;
    on_threads([&](int number) {
      const auto result = files.folder / ("result" + std::to_string(number));
      const auto copy = files.folder / ("copy" + std::to_string(number));
      for (int i = 0; i < kRounds; ++i) {
        merge_files(files.base, files.ours, files.theirs, result);
        std::filesystem::copy_file(files.base, copy,
                                   std::filesystem::copy_options::overwrite_existing);
        MemorySource source(changeset);
        const bool is_applied = apply_changeset(copy, source).is_applied;
        good += is_applied && changeset_between(files.ours, copy).empty() ? 1 : 0;
      }
    });
    CHECK(good == kThreads * kRounds);
  }

  TEST_CASE("writers of one file take turns, readers see the old or the new state") {
    const Files files;
    const auto target = files.folder / "target.db";
    std::filesystem::copy_file(files.base, target);
    const std::string there = changeset_between(files.base, files.ours);
    MemorySource source(there);
    MemorySink inverse;
    invert(source, inverse);
    std::atomic<int> torn = 0;
    on_threads([&](int number) {
      for (int i = 0; i < kRounds; ++i) {
        if (number == 0) {
          MemorySource next(i % 2 == 0 ? there : inverse.bytes());
          if (!apply_changeset(target, next).is_applied) ++torn;
        } else {
          const std::string seen = changeset_between(files.base, target);
          if (!seen.empty() && seen != there) ++torn;
        }
      }
    });
    CHECK(torn == 0);
  }
}
