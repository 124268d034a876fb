#pragma once

#include <qfcsync/stream.hpp>

#include <chrono>
#include <cstdint>
#include <exception>

namespace qfcsync::extraction {

/// Tells the caller how much of all bytes is read, and stops when the caller wants it.
class ProgressMeter {
 public:
  /// @param progress  may be empty; must outlive this
  ProgressMeter(const Progress& progress, std::uint64_t total_bytes)
      : progress_(progress), total_(total_bytes) {}

  /// @errors Cancelled, and what the caller throws
  void add(std::uint64_t bytes);
  /// All is done. @errors as add
  void finish();

  /// For callbacks from C, through which no exception may go: @return false to stop, then
  /// throw_kept() says why.
  bool poll() noexcept;
  void throw_kept();

 private:
  void report(double share);

  const Progress& progress_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point next_{};
  std::exception_ptr kept_;
};

}  // namespace qfcsync::extraction
