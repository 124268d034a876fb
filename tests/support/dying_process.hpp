#pragma once

#include "support/watched_calls.hpp"

#include <functional>

namespace qfcsync::test {

struct Dying {
  bool was_killed = false;
  int exit_status = 0;  ///< when it was not killed; 4: the work threw
  int acknowledged = 0;
};

/// Says that one more piece of work is done, so that it must never be lost again.
using Acknowledge = std::function<void()>;

/// Does work in a process of its own that dies as planned.
Dying run_to_death(const CallPlan& plan, const std::function<void(const Acknowledge&)>& work);

}  // namespace qfcsync::test
