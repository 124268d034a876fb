// Damaged files: an error or an answer, never a crash or a hang (the sanitizers watch the reading).

#include <qfcsync/error.hpp>

#include "raw_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace qfcsync;

namespace {

constexpr unsigned kDamagedFiles = 1500;

/// A file with interior pages, overflow pages and free pages.
std::string make_file() {
  const test::TemporaryFolder folder;
  test::TestDatabase db(folder / "file.db");
  db.run(
      "PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, a, b);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
      "INSERT INTO t SELECT i, zeroblob(CASE WHEN i % 20 THEN i % 50 ELSE 2000 END), i / 3.0 FROM "
      "n;"
      "DELETE FROM t WHERE id BETWEEN 100 AND 150");
  return test::MemoryPages(folder / "file.db").bytes();
}

test::RawRun make_run() {
  test::RawRun run{"t", 2, 2, std::vector<extraction::RawColumn>(3)};
  for (std::size_t i = 0; i < run.columns.size(); ++i) run.columns[i].field = i;
  run.columns[0].is_rowid = true;
  return run;
}

/// Changes some bytes; often those that say where things are.
std::string damaged(std::string bytes, std::mt19937& engine) {
  const auto pick = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine);
  };
  const std::size_t page = (1 + pick(bytes.size() / 512 - 1)) * 512;
  for (std::size_t i = 0; i <= pick(4); ++i) {
    const std::size_t at = pick(2) == 0 ? page + pick(40) : 512 + pick(bytes.size() - 512);
    bytes[at] = static_cast<char>(pick(2) == 0 ? pick(256) : bytes[at] ^ (1 << pick(8)));
  }
  if (pick(10) == 0) bytes.resize(std::max<std::size_t>(512, pick(bytes.size())));
  return bytes;
}

/// "" if it went well, else the message. Errors other than Corrupt go through.
std::string outcome(const test::RawRun& run, test::MemoryPages& base, test::MemoryPages& modified,
                    ExtractMethod method) {
  try {
    run.compare(base, modified, method);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE_BEGIN("extract/raw_damage");

TEST_CASE("damaged files end in Corrupt or in an answer") {
  const std::string good = make_file();
  const test::RawRun run = make_run();
  std::mt19937 engine(1);
  unsigned refused = 0;
  for (unsigned i = 0; i < kDamagedFiles; ++i) {
    CAPTURE(i);
    test::MemoryPages base(good);
    test::MemoryPages modified(damaged(good, engine));
    for (const auto method : {ExtractMethod::Leaves, ExtractMethod::Pages, ExtractMethod::Auto}) {
      const std::string text = outcome(run, base, modified, method);
      refused += text.empty() ? 0 : 1;
      if (!text.empty()) REQUIRE(text.find("page") != std::string::npos);
      outcome(run, modified, base, method);
    }
  }
  CHECK(refused > kDamagedFiles / 2);
}

TEST_CASE("ranges of damaged files that join make up the whole") {
  const std::string good = make_file();
  const test::RawRun run = make_run();
  std::mt19937 engine(2);
  unsigned joined = 0;
  for (unsigned i = 0; i < kDamagedFiles; ++i) {
    CAPTURE(i);
    test::MemoryPages base(good);
    test::MemoryPages modified(damaged(good, engine));
    try {
      const auto ranges = run.compare_ranges(base, modified, {90, 130, 400, 401});
      if (!ranges) continue;
      ++joined;
      CHECK(run.compare(base, modified, ExtractMethod::Auto).calls == ranges->calls);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::Corrupt);
    }
  }
  CHECK(joined > 0);
}

TEST_CASE("ranges that would lose rows, because a key inside the tree is wrong, do not join") {
  const std::string good = make_file();
  const test::RawRun run = make_run();
  // The key behind the first child of the root becomes 1: rows are sought behind that child.
  constexpr std::size_t kRootAt = 512;
  std::string wrong = good;
  const std::size_t cell = kRootAt + static_cast<unsigned char>(good[kRootAt + 12]) * 256u +
                           static_cast<unsigned char>(good[kRootAt + 13]);
  REQUIRE(good[kRootAt] == 5);
  REQUIRE(good[cell + 4] > 1);
  wrong[cell + 4] = 1;
  unsigned apart = 0;
  for (std::int64_t key = 1; key < 600; ++key) {
    CAPTURE(key);
    test::MemoryPages base(good);
    test::MemoryPages modified(wrong);
    const auto ranges = run.compare_ranges(base, modified, {key});
    if (ranges) {
      CHECK(ranges->calls.empty());
    } else {
      ++apart;
    }
  }
  CHECK(apart > 0);
}

TEST_SUITE_END();
