#include "gpkg/table_rtree.hpp"

#include <random>
#include <vector>

#include <SQLiteCpp/Statement.h>

namespace {

using namespace qfcsync::gpkg;

struct Filled {
  SQLite::Database database{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  std::vector<Envelope> boxes;
};

// Numbers of all sizes, so that rounding to 32 bits is put to the test.
void fill(Filled& filled, std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> place(-2.7e6, 2.7e6);
  std::uniform_real_distribution<double> size(0, 100);
  RtreeBuilder builder(filled.database, "t", "geom");
  for (std::size_t i = 0; i < count; ++i) {
    const double x = place(random);
    const double y = place(random);
    const bool is_point = i % 3 == 0;
    filled.boxes.push_back(
        {x, is_point ? x : x + size(random), y, is_point ? y : y + size(random)});
    builder.add(static_cast<std::int64_t>(2 * i + 1), filled.boxes.back());
  }
  builder.finish();
}

std::string check(Filled& filled) {
  return filled.database.execAndGet("SELECT rtreecheck('rtree_t_geom')").getString();
}

// Every box has to be found by a search with itself (the index may round outwards only).
int not_found(Filled& filled) {
  SQLite::Statement search(filled.database,
                           "SELECT count(*) FROM rtree_t_geom WHERE id = ? AND minx <= ? AND maxx "
                           ">= ? AND miny <= ? AND maxy >= ?");
  int missing = 0;
  for (std::size_t i = 0; i < filled.boxes.size(); ++i) {
    const Envelope& box = filled.boxes[i];
    search.bind(1, static_cast<std::int64_t>(2 * i + 1));
    search.bind(2, box.min_x);
    search.bind(3, box.max_x);
    search.bind(4, box.min_y);
    search.bind(5, box.max_y);
    search.executeStep();
    missing += search.getColumn(0).getInt() == 1 ? 0 : 1;
    search.reset();
  }
  return missing;
}

std::size_t found_by_scan(const Filled& filled, const Envelope& window) {
  std::size_t hits = 0;
  for (const Envelope& box : filled.boxes) hits += box.intersects(window) ? 1 : 0;
  return hits;
}

std::size_t found_by_index(Filled& filled, const Envelope& window) {
  SQLite::Statement search(filled.database,
                           "SELECT count(*) FROM rtree_t_geom WHERE minx <= ? AND maxx >= ? AND "
                           "miny <= ? AND maxy >= ?");
  search.bind(1, window.max_x);
  search.bind(2, window.min_x);
  search.bind(3, window.max_y);
  search.bind(4, window.min_y);
  search.executeStep();
  return static_cast<std::size_t>(search.getColumn(0).getInt64());
}

}  // namespace

TEST_SUITE("gpkg/table_rtree") {
  TEST_CASE("SQLite finds nothing wrong with a packed index of any size") {
    // Around the capacity of one node, of two levels and of three.
    for (const std::size_t count : {0u, 1u, 50u, 51u, 52u, 102u, 2600u, 2601u, 2602u, 140'000u}) {
      CAPTURE(count);
      Filled filled;
      fill(filled, count, 7);
      CHECK(check(filled) == "ok");
      CHECK(not_found(filled) == 0);
    }
  }

  TEST_CASE("searches give what a scan gives, give or take the rounding") {
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    Filled filled;
    fill(filled, 20'000, seed);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> place(-2.7e6, 2.7e6);
    for (int i = 0; i < 50; ++i) {
      const double x = place(random);
      const double y = place(random);
      const Envelope window{x, x + 3e5, y, y + 3e5};
      CHECK(found_by_index(filled, window) >= found_by_scan(filled, window));
      const Envelope wider{x - 1, x + 3e5 + 1, y - 1, y + 3e5 + 1};
      CHECK(found_by_index(filled, window) <= found_by_scan(filled, wider));
    }
  }

  TEST_CASE("batches beyond the memory bound make one index") {
    Filled filled;
    fill(filled, 600'000, 3);
    CHECK(check(filled) == "ok");
    const Envelope window{-1e5, 1e5, -1e5, 1e5};
    CHECK(found_by_index(filled, window) >= found_by_scan(filled, window));
  }

  TEST_CASE("SQLite goes on inserting and deleting in a packed index") {
    Filled filled;
    fill(filled, 3'000, 11);
    filled.database.exec(
        "DELETE FROM rtree_t_geom WHERE id % 5 < 3;"
        "WITH RECURSIVE n(i) AS (SELECT 100000 UNION ALL SELECT i + 1 FROM n WHERE i < 105000) "
        "INSERT INTO rtree_t_geom SELECT i, i, i + 1, -i, 1 - i FROM n;"
        "DELETE FROM rtree_t_geom WHERE id < 100000");
    CHECK(check(filled) == "ok");
    CHECK(filled.database.execAndGet("SELECT count(*) FROM rtree_t_geom").getInt() == 5001);
  }

  TEST_CASE("all rows in one place make a valid index") {
    Filled filled;
    RtreeBuilder builder(filled.database, "t", "geom");
    for (int i = 1; i <= 5000; ++i) builder.add(i, {1e300, 1e300, -1e300, -1e300});
    builder.finish();
    CHECK(check(filled) == "ok");
  }
}
