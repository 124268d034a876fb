#include "remote/parallel_parts.hpp"

#include <system_error>
#include <utility>

namespace qfcsync::remote {

void ParallelParts::wait_for_room() {
  while (running_.size() >= kPartsAtOnce) wait_for_oldest();
}

void ParallelParts::run(std::function<void()> work) {
  wait_for_room();
  try {
    running_.push_back(std::async(std::launch::async, work));
  } catch (const std::system_error&) {
    work();  // no more threads: one after the other
  }
}

void ParallelParts::finish() {
  while (!running_.empty()) wait_for_oldest();
}

void ParallelParts::wait_for_oldest() {
  std::future<void> oldest = std::move(running_.front());
  running_.pop_front();
  oldest.get();
}

}  // namespace qfcsync::remote
