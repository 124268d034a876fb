#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>

namespace qfcsync::python {

/// Python code that the engine calls, and what went wrong in it.
///
/// A Python exception does not travel through the engine: it is kept here, the engine is stopped
/// as by a caller's wish, and run() raises it.
class Callbacks {
 public:
  /// @param progress  None, or called with the share done; False stops. Ctrl-C stops in any case
  explicit Callbacks(nanobind::object progress) : progress_(std::move(progress)) {}
  Callbacks(const Callbacks&) = delete;
  Callbacks& operator=(const Callbacks&) = delete;

  Progress progress();

  /// The source, but Ctrl-C stops whoever reads from it: for operations that tell no progress.
  ByteSource& watch(ByteSource& source);

  /// Calls body with the GIL.
  ///
  /// @errors Cancelled: Python code raised
  template <typename Body>
  auto call(Body&& body) {
    const nanobind::gil_scoped_acquire acquire;
    try {
      return body();
    } catch (nanobind::python_error& error) {
      raised_.emplace(std::move(error));
    }
    throw Error(ErrorCode::Cancelled, "stopped by an exception in Python code");
  }

  /// Runs the engine without the GIL, then raises what Python code raised.
  template <typename Body>
  void run(Body&& body) {
    try {
      const nanobind::gil_scoped_release release;
      body();
    } catch (const Error&) {
      if (!raised_) throw;
    }
    if (raised_) throw nanobind::python_error(std::move(*raised_));
  }

 private:
  class WatchedSource;

  void check_signals();

  nanobind::object progress_;
  std::vector<std::unique_ptr<ByteSource>> watched_;
  std::optional<nanobind::python_error> raised_;
};

/// The enumerator that a word means.
///
/// @errors InvalidArgument: no such word
template <typename Enum, std::size_t kCount>
Enum pick(const char* option, std::string_view word,
          const std::pair<std::string_view, Enum> (&choices)[kCount]) {
  std::string all;
  for (const auto& [name, value] : choices) {
    if (name == word) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  throw Error(ErrorCode::InvalidArgument,
              std::string(option) + " must be one of " + all + ", not " + std::string(word));
}

}  // namespace qfcsync::python
