#include "merge/offset_index.hpp"

#include <map>
#include <random>
#include <set>

#include <doctest/doctest.h>

TEST_SUITE("merge/offset_index") {
  namespace {  // several files have a suite of this number

  using qfcsync::merge::OffsetIndex;

  std::set<std::uint64_t> all(const OffsetIndex& index, std::uint64_t hash) {
    std::set<std::uint64_t> found;
    index.find(hash, [&](std::uint64_t offset) {
      found.insert(offset);
      return false;
    });
    return found;
  }

  TEST_CASE("offsets are found again, also under one hash and beyond 32 bits") {
    OffsetIndex index;
    CHECK(index.is_empty());
    index.insert(0, 0);
    index.insert(0, 5);
    index.insert(~0ull, (1ull << 40) + 1);
    index.insert(1ull << 32, 0xffff'ffffull);
    CHECK(all(index, 0) == std::set<std::uint64_t>{0, 5});
    CHECK(all(index, ~0ull) == std::set<std::uint64_t>{(1ull << 40) + 1});
    CHECK(all(index, 1ull << 32) == std::set<std::uint64_t>{0xffff'ffffull});
    CHECK(all(index, 77ull << 32).empty());
  }

  TEST_CASE("an index behaves as a multimap of hashes") {
    std::mt19937_64 random(1);
    OffsetIndex index;
    std::multimap<std::uint64_t, std::uint64_t> model;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const std::uint64_t hash = (random() % 9000) << 32;
      index.insert(hash, i * 13);
      model.emplace(hash, i * 13);
    }
    for (std::uint64_t i = 0; i < 9000; ++i) {
      std::set<std::uint64_t> expected;
      const auto [begin, end] = model.equal_range(i << 32);
      for (auto at = begin; at != end; ++at) expected.insert(at->second);
      REQUIRE(all(index, i << 32) == expected);
    }
  }

  }  // namespace
}
