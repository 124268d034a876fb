#include "conflict_prompt.hpp"

#include <qfcsync/error.hpp>

#include "conflict_text.hpp"

#include <string_view>

#include <fmt/format.h>

namespace {

// Standard input and output may hold changesets.
constexpr const char* kTerminal = "/dev/tty";
constexpr std::size_t kMaxAnswer = 256;

[[noreturn]] void stop() {
  throw qfcsync::Error(qfcsync::ErrorCode::Cancelled,
                       "stopped before all conflicts were decided; nothing was changed");
}

}  // namespace

ConflictPrompt::ConflictPrompt()
    : in_(std::fopen(kTerminal, "re")), out_(std::fopen(kTerminal, "we")) {
  if (!in_ || !out_) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         "--policy ask needs a terminal, and there is none; use --policy ours or "
                         "theirs and look at the conflicts afterwards");
  }
}

qfcsync::Side ConflictPrompt::ask(const qfcsync::Conflict& conflict) {
  const Paint paint(out_.get());
  fmt::print(out_.get(), "\r\033[K{}. {}", ++count_, conflict_text(conflict, paint));
  for (;;) {
    fmt::print(out_.get(), "Write [o]urs or [t]heirs, or [q]uit? ");
    std::fflush(out_.get());
    char answer[kMaxAnswer];
    if (!wait_for_input(fileno(in_.get()))) stop();
    if (std::fgets(answer, sizeof answer, in_.get()) == nullptr) stop();  // Ctrl-D
    const std::string_view word(answer);
    if (word == "o\n" || word == "ours\n") return qfcsync::Side::Ours;
    if (word == "t\n" || word == "theirs\n") return qfcsync::Side::Theirs;
    if (word == "q\n" || word == "quit\n") stop();
  }
}
