#include "extract/progress.hpp"

#include <qfcsync/error.hpp>

#include <algorithm>
#include <utility>

namespace qfcsync::extraction {
namespace {

constexpr std::chrono::milliseconds kPause{10};
/// Estimates may run over; all is done when it is.
constexpr double kAlmostDone = 0.99;

}  // namespace

void ProgressMeter::report(double share) {
  if (!progress_(share)) {
    throw Error(ErrorCode::Cancelled, "stopped at the caller's wish");
  }
}

void ProgressMeter::add(std::uint64_t bytes) {
  done_ += bytes;
  if (!progress_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kPause;
  const double share = total_ == 0 ? 0 : static_cast<double>(done_) / static_cast<double>(total_);
  report(std::min(share, kAlmostDone));
}

void ProgressMeter::finish() {
  if (progress_) report(1.0);
}

bool ProgressMeter::poll() noexcept {
  try {
    add(0);
    return true;
  } catch (...) {
    kept_ = std::current_exception();
    return false;
  }
}

void ProgressMeter::throw_kept() {
  if (kept_) std::rethrow_exception(std::exchange(kept_, nullptr));
}

}  // namespace qfcsync::extraction
