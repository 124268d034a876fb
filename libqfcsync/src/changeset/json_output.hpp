#pragma once

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include <cstdint>
#include <string>

namespace qfcsync::changeset {

/// Text on its way to a sink, in large pieces.
class JsonOutput {
 public:
  JsonOutput(ByteSink& sink, const Progress& progress) : sink_(sink), progress_(progress) {}

  std::string& text() { return text_; }

  /// @errors Cancelled, Io
  void end_change() {
    if (text_.size() >= kFlushBytes) flush();
    // How much there is to come is not known, so that the share stays 0; but the caller may stop.
    if (++changes_ % kChangesBetweenCalls == 0) report(0);
  }

  /// @errors Cancelled, Io
  void finish() {
    flush();
    report(1);
  }

 private:
  static constexpr std::size_t kFlushBytes = 64u << 10;
  static constexpr std::uint64_t kChangesBetweenCalls = 16'384;

  void flush() {
    sink_.write(text_);
    text_.clear();
  }

  void report(double share) {
    if (progress_ && !progress_(share)) {
      throw Error(ErrorCode::Cancelled, "writing the changes as JSON was stopped");
    }
  }

  ByteSink& sink_;
  const Progress& progress_;
  std::string text_;
  std::uint64_t changes_ = 0;
};

}  // namespace qfcsync::changeset
