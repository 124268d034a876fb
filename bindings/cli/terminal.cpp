#include "terminal.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace {

constexpr char32_t kInvalid = 0xffffffff;
constexpr int kPollMilliseconds = 200;

// A signal handler may touch nothing else.
volatile std::sig_atomic_t g_interrupt = 0;

void note_interrupt(int signal) { g_interrupt = signal; }

void handle_interrupts(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // and no SA_RESTART: a prompt has to end
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGPIPE, &action, nullptr);
}

struct Character {
  char32_t code = kInvalid;
  std::size_t size = 1;  ///< bytes
};

/// The character at the beginning of a text that is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  char32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kSmallest[size] || code > 0x10ffff || is_surrogate) return {};
  return {code, size};
}

bool steers_terminal(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ||  // C0, DEL, C1
         code == 0x2028 || code == 0x2029 ||              // line and paragraph separators
         code == 0x200e || code == 0x200f || code == 0x061c || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);  // direction
}

std::string escaped(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return code < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(code))
                         : fmt::format("\\u{:04x}", static_cast<unsigned>(code));
  }
}

bool wants_colours(std::FILE* out) {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (refused != nullptr && *refused != '\0') return false;
  if (terminal != nullptr && std::strcmp(terminal, "dumb") == 0) return false;
  return isatty(fileno(out)) != 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.code == kInvalid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (steers_terminal(character.code)) {
      out += escaped(character.code);
    } else {
      out += text.substr(0, character.size);
    }
    text.remove_prefix(character.size);
  }
  return out;
}

void TerminalJson::write(std::string_view bytes) {
  line_ += bytes;
  const std::size_t end = bytes.rfind('\n');
  if (end == std::string_view::npos) return;
  const std::size_t size = line_.size() - (bytes.size() - end - 1);
  write_safely(std::string_view(line_).substr(0, size));
  line_.erase(0, size);
}

void TerminalJson::flush() {
  write_safely(line_);
  line_.clear();
}

void TerminalJson::write_safely(std::string_view rest) {
  std::string safe;
  while (!rest.empty()) {
    const Character character = first_character(rest);
    // Other control characters JSON has escaped already; blanks between its parts stay.
    if (character.code != kInvalid && character.code >= 0x7f && steers_terminal(character.code)) {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(character.code));
    } else {
      safe += rest.substr(0, character.size);
    }
    rest.remove_prefix(character.size);
  }
  out_.write(safe);
}

Paint::Paint(std::FILE* out) : is_on_(wants_colours(out)) {}

std::string Paint::operator()(Ink ink, std::string_view text) const {
  constexpr const char* kCodes[] = {"1", "2", "32", "33", "31"};
  if (!is_on_) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", kCodes[static_cast<int>(ink)], text);
}

bool ProgressLine::operator()(double share) {
  const auto now = std::chrono::steady_clock::now();
  if (is_terminal_ && now - start_ >= std::chrono::seconds(1) &&
      now - last_ >= std::chrono::milliseconds(100)) {
    last_ = now;
    is_shown_ = true;
    fmt::print(stderr, "\r{} {:3.0f} %", verb_, share * 100);
  }
  return interrupt_signal() == 0;
}

void ProgressLine::clear() {
  if (is_shown_) fmt::print(stderr, "\r\033[K");
  is_shown_ = false;
}

qfcsync::Progress ProgressLine::callback() {
  return [this](double share) { return (*this)(share); };
}

bool ProgressLine::is_error_terminal() { return isatty(STDERR_FILENO) != 0; }

StopOnInterrupt::StopOnInterrupt() { handle_interrupts(note_interrupt); }

StopOnInterrupt::~StopOnInterrupt() { handle_interrupts(SIG_DFL); }

int interrupt_signal() { return g_interrupt; }

bool wait_for_input(int fd) {
  pollfd input = {fd, POLLIN, 0};
  while (interrupt_signal() == 0 && poll(&input, 1, kPollMilliseconds) <= 0) {
  }
  return interrupt_signal() == 0;
}
