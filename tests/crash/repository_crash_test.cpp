// Processes that die at every single call that changes a file while they work on a repository, its
// index and its git repository; and power that is lost there.

#include "story.hpp"
#include "support/dying_process.hpp"
#include "support/power_loss.hpp"
#include "support/seed_offset.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <atomic>
#include <random>

#include <doctest/doctest.h>

using namespace qfcsync;
namespace fs = std::filesystem;

namespace {

/// Runs without QFCSYNC_CRASH_RUNS, of each test.
constexpr int kUsualRuns = 60;
/// Git is asked now and then only: it costs more than all the rest.
constexpr int kGitEvery = 25;

int calls_of(const test::Story& story) {
  const test::TemporaryFolder folder;
  story.begin(folder / "place");
  const test::CallWatch watch({});
  story.run(folder / "place", [] {});
  return test::CallWatch::calls();
}

/// So many of all numbers below an end, spread evenly; all if there are fewer.
std::vector<int> some_of(std::mt19937_64& random, int end, int wanted) {
  std::vector<int> numbers;
  for (int number = 0; number < end; ++number) {
    if (static_cast<int>(random() % static_cast<std::uint64_t>(end)) < wanted) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

bool is_cut(const test::WatchedCall& call) {
  return !call.name.ends_with("write") && call.name != "pwrite64";
}

/// Power is lost at some of the cuts of one run of the story.
class PowerLosses {
 public:
  PowerLosses(const test::Story& story, std::uint64_t seed) : story_(story), random_(seed) {}

  /// @return how many cuts there are
  int count() {
    return run([](int, test::PowerLoss&, int) {});
  }

  void check(int cuts, int wanted) {
    const std::vector<int> chosen = some_of(random_, cuts, wanted);
    std::vector<std::pair<int, int>> images;  // cut, acknowledged
    const test::TemporaryFolder folder;
    run([&](int cut, test::PowerLoss& power, int acknowledged) {
      if (!std::ranges::binary_search(chosen, cut)) return;
      power.write_image(random_, folder / std::to_string(cut));
      images.emplace_back(cut, acknowledged);
    });
    for (const auto& [cut, acknowledged] : images) {
      const fs::path place = folder / std::to_string(cut);
      ++runs;
      const auto faults = story_.faults(place, acknowledged, runs % kGitEvery == 0);
      fs::remove_all(place);
      CAPTURE(cut);
      CAPTURE(acknowledged);
      for (const std::string& fault : faults) FAIL_CHECK(fault);
    }
  }

  int runs = 0;

 private:
  template <typename AtCut>
  int run(AtCut&& at_cut) {
    const test::TemporaryFolder folder;
    const fs::path place = folder / "place";
    story_.begin(place);
    test::PowerLoss power(place);
    int cuts = 0;
    std::atomic<int> acknowledged = 0;
    test::CallPlan plan;
    plan.observer = [&](const test::WatchedCall& call, test::Moment moment) {
      if (moment == test::Moment::After) power.note(call);
      if (is_cut(call)) at_cut(cuts++, power, acknowledged);
    };
    const test::CallWatch watch(std::move(plan));
    story_.run(place, [&] { ++acknowledged; });
    return cuts;
  }

  const test::Story& story_;
  std::mt19937_64 random_;
};

}  // namespace

TEST_SUITE("repository/crash") {
  TEST_CASE("killed at any call: nothing acknowledged is lost, nothing half is visible") {
    test::use_memory_for_temporary_files();
    const std::uint64_t seed = 1 + test::seed_offset();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const test::TemporaryFolder folder;
    const test::Story story(folder.path());
    const int calls = calls_of(story);
    int runs = 0;
    for (const int number : some_of(random, 2 * calls, test::crash_runs(kUsualRuns))) {
      const fs::path place = folder / "place";
      story.begin(place);
      test::CallPlan plan;
      plan.dies_at = number / 2;
      plan.death = number % 2 == 0 ? test::Moment::Before : test::Moment::After;
      CAPTURE(number);
      const test::Dying outcome =
          test::run_to_death(plan, [&](const test::Acknowledge& done) { story.run(place, done); });
      if (!outcome.was_killed) CHECK(outcome.exit_status == 0);
      ++runs;
      for (const std::string& fault :
           story.faults(place, outcome.acknowledged, runs % kGitEvery == 0)) {
        FAIL_CHECK(fault);
      }
      fs::remove_all(place);
    }
    MESSAGE("seed " << seed << ": killed " << runs << " times, at " << calls << " calls");
    CHECK(runs > 30);
  }

  TEST_CASE("power lost at any sync or rename: all that was acknowledged is there") {
    test::use_memory_for_temporary_files();
    const std::uint64_t seed = 1 + test::seed_offset();
    CAPTURE(seed);
    const test::TemporaryFolder folder;
    const test::Story story(folder.path());
    PowerLosses losses(story, seed);
    const int cuts = losses.count();
    const int wanted = test::crash_runs(kUsualRuns);
    for (int left = wanted; left > 0; left -= cuts) losses.check(cuts, left);
    MESSAGE("seed " << seed << ": power lost " << losses.runs << " times, at " << cuts << " cuts");
    CHECK(losses.runs > 30);
  }
}
