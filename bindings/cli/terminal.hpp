#pragma once

#include <qfcsync/stream.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

/// Texts of strangers made fit for a terminal: control characters, changes of the writing direction
/// and bytes that are not UTF-8 are written as escapes, e.g. \n, \x1b, \u202e.
std::string printable(std::string_view text);

/// JSON made fit for a terminal, line by line: what would steer it inside of strings is escaped as
/// JSON escapes it, so that the document means the same.
class TerminalJson : public qfcsync::ByteSink {
 public:
  explicit TerminalJson(qfcsync::ByteSink& out) : out_(out) {}
  void write(std::string_view bytes) override;
  /// Writes what has no line end yet.
  void flush();

 private:
  void write_safely(std::string_view text);

  qfcsync::ByteSink& out_;
  std::string line_;
};

enum class Ink { Bold, Dim, Green, Yellow, Red };

/// Colours text: on a terminal only, and not where NO_COLOR asks for none.
class Paint {
 public:
  /// @param out  where the text goes
  explicit Paint(std::FILE* out);
  std::string operator()(Ink ink, std::string_view text) const;

 private:
  bool is_on_ = false;
};

/// One line on a terminal, for work that takes longer than a second.
class ProgressLine {
 public:
  /// @param verb  e.g. "Comparing"
  explicit ProgressLine(std::string_view verb) : verb_(verb) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows the share; false when the user wants the work to stop.
  bool operator()(double share);
  void clear();

  /// For the options of the library; must not outlive this.
  qfcsync::Progress callback();

 private:
  std::string verb_;
  bool is_terminal_ = is_error_terminal();
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;

  static bool is_error_terminal();
};

/// While it lives, Ctrl-C, a request to end or a reader that goes away make work stop at its next
/// step and leave things as they were, instead of ending the program on the spot. The second one
/// ends it on the spot.
class StopOnInterrupt {
 public:
  StopOnInterrupt();
  ~StopOnInterrupt();
  StopOnInterrupt(const StopOnInterrupt&) = delete;
  StopOnInterrupt& operator=(const StopOnInterrupt&) = delete;
};

/// The signal that came, 0 if none.
int interrupt_signal();

/// Waits until something can be read, e.g. from a pipe into which somebody takes their time. A
/// signal ends it also when it comes just before: a read alone would not notice.
///
/// @return whether there is something; false: a signal came
bool wait_for_input(int fd);
