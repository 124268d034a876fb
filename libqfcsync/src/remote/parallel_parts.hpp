#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <future>

namespace qfcsync::remote {

/// Parts of one blob that are on their way at once; each waits in memory. Some stores allow no
/// more.
inline constexpr std::size_t kPartsAtOnce = 3;

/// Runs work on parts in threads of their own, kPartsAtOnce at a time. Destruction waits for what
/// is under way.
class ParallelParts {
 public:
  /// Waits until there is room for another part; before that it need not be in memory.
  ///
  /// @errors of an earlier part; what is under way goes on then
  void wait_for_room();
  /// Begins work on a part, after wait_for_room().
  void run(std::function<void()> work);
  /// Waits for all. @errors of the first part that failed
  void finish();

 private:
  void wait_for_oldest();

  std::deque<std::future<void>> running_;
};

}  // namespace qfcsync::remote
