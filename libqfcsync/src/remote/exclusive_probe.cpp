#include "remote/exclusive_probe.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

namespace qfcsync::remote {
namespace {

/// The server was reached and says that it cannot do what was asked.
bool is_no(const Error& error) {
  return error.origin() == ErrorOrigin::Http && error.code() != ErrorCode::Network &&
         error.code() != ErrorCode::Timeout;
}

struct Racer {
  Created told = Created::Exists;
  std::exception_ptr failure;
};

/// @return how many were told that they created
long race(const std::string& name, const ProbeCreate& create) {
  std::array<Racer, kProbeRacers> racers;
  std::latch start(kProbeRacers);
  const auto run = [&](std::size_t i) {
    std::function<Created()> act;
    try {
      act = create(name, std::string(i + 1, 'r'));
    } catch (...) {
      racers[i].failure = std::current_exception();
    }
    start.arrive_and_wait();
    try {
      if (act) racers[i].told = act();
    } catch (...) {
      racers[i].failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < racers.size(); ++i) threads.emplace_back(run, i);
  }
  for (const auto& racer : racers) {
    if (racer.failure) std::rethrow_exception(racer.failure);
  }
  return std::count_if(racers.begin(), racers.end(),
                       [](const Racer& racer) { return racer.told == Created::Created; });
}

}  // namespace

bool probe_exclusive_create(const std::string& prefix, int rounds, const ProbeCreate& create) {
  try {
    if (create(prefix + "0", "first")() != Created::Created) return false;
    if (create(prefix + "0", "second")() != Created::Exists) return false;
    for (int round = 1; round < rounds; ++round) {
      if (race(prefix + std::to_string(round), create) != 1) return false;
    }
    return true;
  } catch (const Error& error) {
    if (is_no(error)) return false;
    throw;
  }
}

}  // namespace qfcsync::remote
