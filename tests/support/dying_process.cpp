#include "support/dying_process.hpp"

#include <exception>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace qfcsync::test {
namespace {

constexpr int kNoReport = 3;
constexpr int kThrew = 4;

[[noreturn]] void be_child(const CallPlan& plan, int report,
                           const std::function<void(const Acknowledge&)>& work) {
  int status = 0;
  try {
    const CallWatch watch(plan);
    work([&] {
      const CallsUnwatched quiet;
      if (::write(report, "+", 1) != 1) ::_exit(kNoReport);
    });
  } catch (const std::exception&) {
    status = kThrew;
  }
  ::_exit(status);
}

}  // namespace

Dying run_to_death(const CallPlan& plan, const std::function<void(const Acknowledge&)>& work) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) be_child(plan, ends[1], work);
  ::close(ends[1]);
  Dying outcome;
  char mark = 0;
  while (::read(ends[0], &mark, 1) == 1) ++outcome.acknowledged;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.was_killed = WIFSIGNALED(status);
  if (!outcome.was_killed) outcome.exit_status = WEXITSTATUS(status);
  return outcome;
}

}  // namespace qfcsync::test
