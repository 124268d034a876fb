#include "remote/retry.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace qfcsync::remote {
namespace {

std::chrono::milliseconds random_delay(std::chrono::milliseconds longest) {
  thread_local std::minstd_rand chance{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> delay(0, std::max<std::int64_t>(0, longest.count()));
  return std::chrono::milliseconds(delay(chance));
}

}  // namespace

bool is_passing(int status) {
  switch (status) {
    case 408:  // request timeout
    case 409:  // conflict
    case 423:  // locked
    case 425:  // too early
    case 429:  // too many requests
      return true;
    case 501:  // not implemented
    case 505:  // HTTP version not supported
    case 507:  // insufficient storage
    case 511:  // network authentication required
      return false;
    default:
      return status >= 500 && status < 600;
  }
}

bool is_passing(const Error& error) {
  if (error.origin() != ErrorOrigin::Curl) return false;
  return error.code() == ErrorCode::Network || error.code() == ErrorCode::Timeout;
}

std::chrono::milliseconds longest_delay(const NetworkOptions& options, int made) {
  auto delay = std::min(options.first_delay, options.max_delay);
  for (int i = 1; i < made && delay < options.max_delay; ++i) {
    delay = std::min(delay * 2, options.max_delay);
  }
  return delay;
}

bool Tries::again() {
  if (made_ >= options_.tries) return false;
  std::this_thread::sleep_for(random_delay(longest_delay(options_, made_)));
  ++made_;
  return true;
}

}  // namespace qfcsync::remote
