#include "extract/worker_threads.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <signal.h>

namespace qfcsync::extraction {
namespace {

/// A new thread inherits the signals that are blocked while it is started.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

unsigned thread_count(unsigned wanted) {
  // Asking the system takes as long as comparing a small file. 0 where it does not know.
  static const unsigned available = std::max(1u, std::thread::hardware_concurrency());
  return std::min(wanted == 0 ? available : wanted, kMaxThreads);
}

WorkerThreads::~WorkerThreads() {
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerThreads::start(std::function<void()> work) {
  const SignalsBlocked blocked;
  try {
    threads_.emplace_back(std::move(work));
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace qfcsync::extraction
