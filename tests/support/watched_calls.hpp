#pragma once

#include <functional>
#include <string_view>

#include <sys/types.h>

/// The calls of the system that change files, watched: a program that links watched_calls.cpp puts
/// it between all of its libraries (SQLite and libgit2, too) and the kernel.
namespace qfcsync::test {

/// One call that is about to happen, or has. Names are those of the call.
struct WatchedCall {
  std::string_view name;           ///< "fsync", "write", "linkat", ...
  int fd = -1;                     ///< of a file that is written or synced
  int from_folder = -1;            ///< where old_name is looked up
  const char* old_name = nullptr;  ///< of linkat and renames
  int folder = -1;                 ///< where new_name is, or goes
  const char* new_name = nullptr;  ///< that is made or removed
};

enum class Moment { Before, After };

/// What happens at which of the watched calls, which are counted from 0; -1 is never.
struct CallPlan {
  int dies_at = -1;  ///< SIGKILL; a write is torn
  Moment death = Moment::Before;
  int full_at = -1;  ///< the disk is full: ENOSPC
  bool has_short_writes = false;
  /// Is told before and after every call that succeeds, one thread at a time.
  std::function<void(const WatchedCall&, Moment)> observer;
};

/// Watches until the end of the object, all threads of this process.
class CallWatch {
 public:
  explicit CallWatch(CallPlan plan);
  ~CallWatch();
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  /// How many there were so far.
  static int calls();
};

/// While one lives, calls of this thread are not watched.
class CallsUnwatched {
 public:
  CallsUnwatched();
  ~CallsUnwatched();
  CallsUnwatched(const CallsUnwatched&) = delete;
  CallsUnwatched& operator=(const CallsUnwatched&) = delete;
};

}  // namespace qfcsync::test
