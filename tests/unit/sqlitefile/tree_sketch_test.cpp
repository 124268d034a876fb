#include "sqlitefile/tree_sketch.hpp"

#include "memory_file.hpp"
#include "sqlitefile/leaf_walk.hpp"
#include "sqlitefile/page_reader.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace qfcsync;
using namespace qfcsync::sqlitefile;
using test::MemoryFile;

namespace {

constexpr int kRows = 20'000;

std::uint64_t leaves_of(MemoryFile& file) {
  PageReader pages(file);
  LeafWalk walk(pages, test::kFirstRoot);
  std::uint64_t count = 0;
  for (LeafPage leaf; walk.next(leaf);) ++count;
  return count;
}

}  // namespace

TEST_SUITE_BEGIN("sqlitefile/tree_sketch");

TEST_CASE("a sketch estimates the leaves of a tree and knows keys all over it") {
  MemoryFile file(test::database_of("PRAGMA page_size = 512;" + test::fill_table(kRows, 90)));
  const auto leaves = static_cast<double>(leaves_of(file));
  for (const std::size_t wanted : {1, 50, 500}) {
    CAPTURE(wanted);
    PageReader pages(file);
    const TreeSketch sketch = sketch_tree(pages, test::kFirstRoot, wanted);
    CHECK(static_cast<double>(sketch.leaves) == doctest::Approx(leaves).epsilon(0.3));
    CHECK(sketch.keys.size() >= wanted);
    CHECK(std::is_sorted(sketch.keys.begin(), sketch.keys.end()));
  }
}

TEST_CASE("a sketch of a table of one leaf has no keys") {
  MemoryFile file(test::database_of(test::fill_table(3, 90)));
  PageReader pages(file);
  const TreeSketch sketch = sketch_tree(pages, test::kFirstRoot, 10);
  CHECK(sketch.leaves == 1);
  CHECK(sketch.keys.empty());
}

TEST_CASE("keys cut a tree in the proportion of the shares") {
  MemoryFile file(test::database_of("PRAGMA page_size = 512;" + test::fill_table(kRows, 90)));
  PageReader pages(file);
  const auto keys = cut_keys(sketch_tree(pages, test::kFirstRoot, 500), {2, 1, 1});
  REQUIRE(keys.size() == 2);
  CHECK(static_cast<double>(keys[0]) == doctest::Approx(kRows * 0.5).epsilon(0.05));
  CHECK(static_cast<double>(keys[1]) == doctest::Approx(kRows * 0.75).epsilon(0.05));
}

TEST_CASE("fewer keys than parts, and keys that do not ascend, give fewer parts") {
  CHECK(cut_keys({3, {10, 20}}, {1, 1, 1, 1, 1, 1}) == std::vector<std::int64_t>{10, 20});
  CHECK(cut_keys({3, {20, 10}}, {1, 1, 1}) == std::vector<std::int64_t>{20});
  CHECK(cut_keys({3, {10, kLargestRowid}}, {1, 1, 1}) == std::vector<std::int64_t>{10});
  CHECK(cut_keys({1, {}}, {1, 1, 1}).empty());
}

TEST_CASE("a tree that is its own child is refused") {
  std::string bytes = test::database_of("PRAGMA page_size = 512;" + test::fill_table(kRows, 90));
  constexpr std::size_t kRootAt = 512;
  const std::size_t cell = kRootAt + static_cast<unsigned char>(bytes[kRootAt + 12]) * 256u +
                           static_cast<unsigned char>(bytes[kRootAt + 13]);
  bytes.replace(cell, 4, std::string("\0\0\0\2", 4));
  MemoryFile file(bytes);
  PageReader pages(file);
  CHECK_THROWS_AS(sketch_tree(pages, test::kFirstRoot, 1'000'000), DamagedPage);
}

TEST_SUITE_END();
