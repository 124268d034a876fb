#include "chunk/content_index.hpp"

#include "unit/chunk/memory_objects.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::chunk {
namespace {

TEST_SUITE_BEGIN("chunk/content_index");

TEST_CASE("content is found wherever it has moved, in file order") {
  std::mt19937_64 random(1);
  std::vector<std::string> chunks;
  ContentIndex index(10 * kChunkBytes);
  for (std::uint32_t i = 0; i < 10; ++i) {
    chunks.push_back(test::random_bytes(random, kChunkBytes));
    index.add(i, chunks.back());
  }
  index.finish();
  const std::string moved = chunks[7].substr(100'001) + chunks[3].substr(0, 100'001);
  CHECK(index.best_chunks(moved) == std::vector<std::uint32_t>{3, 7});
  CHECK(index.best_chunks(chunks[5]) == std::vector<std::uint32_t>{5});
  CHECK(index.best_chunks(test::random_bytes(random, kChunkBytes)).empty());
  CHECK(index.best_chunks("").empty());
}

TEST_CASE("content that is everywhere does not vote") {
  std::mt19937_64 random(2);
  const std::string common = test::random_bytes(random, 200'000);
  ContentIndex index(8 * kChunkBytes);
  std::string own;
  for (std::uint32_t i = 0; i < 8; ++i) {
    own = test::random_bytes(random, 50'000);
    index.add(i, common + own);
  }
  index.finish();
  CHECK(index.best_chunks(common).empty());
  CHECK(index.best_chunks(common + own) == std::vector<std::uint32_t>{7});
}

TEST_CASE("zeros and other runs cost one sample at most") {
  ContentIndex index(kChunkBytes);
  index.add(0, std::string(kChunkBytes, '\0'));
  index.add(1, std::string(kChunkBytes, 'x'));
  index.finish();
  CHECK(index.best_chunks(std::string(kChunkBytes, '\0')).size() <= 2);
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::chunk
