#include "repository/parallel_runner.hpp"

#include "chunk/file_encoder.hpp"
#include "unit/chunk/memory_objects.hpp"

#include <atomic>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace qfcsync::repository {
namespace {

using test::MemoryObjects;

chunk::PreviousVersion store(MemoryObjects& objects, const std::string& file,
                             const chunk::PreviousVersion* previous, chunk::WorkRunner& runner) {
  chunk::ObjectDecoder decoder(objects);
  chunk::FileEncoder encoder(objects, objects, decoder, previous, runner);
  chunk::FileDigest digest;
  encoder.write(file);
  digest.update(file);
  const chunk::FileNames names = digest.finish();
  return {names.id, encoder.finish(names)};
}

void run(chunk::WorkRunner& runner, std::size_t pieces, chunk::WorkRunner::Work work) {
  runner.begin(pieces, std::move(work));
  runner.finish();
}

TEST_SUITE_BEGIN("repository/parallel_runner");

TEST_CASE("each piece is done once, in a lane that no other piece has at that time") {
  ParallelRunner runner;
  std::vector<std::atomic<int>> lanes(runner.lanes());
  for (std::size_t pieces : {0u, 1u, 2u, 3u, 100u, 1u, 8u}) {
    CAPTURE(pieces);
    std::vector<std::atomic<int>> done(pieces);
    std::atomic<int> shared{0};
    run(runner, pieces, [&](std::size_t piece, std::size_t lane) {
      if (lanes[lane]++ != 0) ++shared;
      ++done[piece];
      --lanes[lane];
    });
    for (const std::atomic<int>& times : done) CHECK(times == 1);
    CHECK(shared == 0);
  }
}

TEST_CASE("what a piece throws comes to the caller, and the next run is as good as any") {
  ParallelRunner runner;
  for (int round = 0; round < 20; ++round) {
    CHECK_THROWS_AS(run(runner, 50,
                        [](std::size_t piece, std::size_t) {
                          if (piece == 7) throw std::runtime_error("no");
                        }),
                    std::runtime_error);
    std::atomic<int> done{0};
    run(runner, 50, [&](std::size_t, std::size_t) { ++done; });
    CHECK(done == 50);
  }
}

TEST_CASE("what is stored does not depend on how many pieces run at once") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::string first = test::random_words(random, 9'000'000);
    const std::string edited = test::edited(random, first, 60);
    const std::string moved = edited.substr(4'100'000) + edited.substr(0, 4'100'000);
    chunk::SerialRunner serial;
    ParallelRunner parallel;
    MemoryObjects by_one;
    MemoryObjects by_many;
    for (const auto& [objects, runner] :
         {std::pair<MemoryObjects*, chunk::WorkRunner*>{&by_one, &serial}, {&by_many, &parallel}}) {
      const auto version = store(*objects, first, nullptr, *runner);
      const auto next = store(*objects, edited, &version, *runner);
      store(*objects, moved, &next, *runner);
    }
    REQUIRE(by_one.order == by_many.order);
    for (const auto& [key, object] : by_one.objects) {
      CHECK(by_many.objects.at(key).record == object.record);
      CHECK((by_many.objects.at(key).stored == object.stored));
    }
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace qfcsync::repository
