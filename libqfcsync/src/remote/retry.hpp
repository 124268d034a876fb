#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/remote_store.hpp>

#include <chrono>
#include <cstdint>

namespace qfcsync::remote {

/// Whether an answer can be another one when asked again.
bool is_passing(int status);

/// Whether a failure to get an answer can be.
bool is_passing(const Error& error);

/// Longest pause before a try: first_delay, doubled for each one before, at most max_delay.
///
/// @param made  tries made so far, 1 and more
std::chrono::milliseconds longest_delay(const NetworkOptions& options, int made);

/// Tries of one request: counts them and pauses between them.
class Tries {
 public:
  explicit Tries(const NetworkOptions& options) : options_(options) {}

  /// Pauses for a random time if there is another try; full jitter, so that many clients that
  /// failed together do not come back together.
  ///
  /// @return false: that was the last one
  bool again();
  int made() const { return made_; }
  /// Much was done since the last failure: they are counted anew.
  void renew() { made_ = 1; }

 private:
  const NetworkOptions& options_;
  int made_ = 1;
};

}  // namespace qfcsync::remote
