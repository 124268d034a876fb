#include "deltafile/json_compact.hpp"

#include <qfcsync/error.hpp>

#include <fmt/format.h>

namespace qfcsync::deltafile {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kNulEscape = "\\u0000";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_mark(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':' || c == '"';
}

/// Copies a string literal from its opening quote on; returns where it ends (or the text does).
std::size_t copy_string(std::string_view text, std::size_t at, std::string& out) {
  std::size_t begin = at++;
  while (at < text.size() && text[at] != '"') {
    if (text[at] != '\\') {
      ++at;
    } else if (text.substr(at, kNulEscape.size()) == kNulEscape) {
      out.append(text, begin, at - begin);
      at += kNulEscape.size();
      begin = at;
    } else {
      at += 2;
    }
  }
  const std::size_t end = std::min(at + 1, text.size());
  out.append(text, begin, end - begin);
  return end;
}

class DepthCounter {
 public:
  explicit DepthCounter(int limit) : limit_(limit) {}

  void see(char c) {
    if (c == '}' || c == ']') --depth_;
    if ((c == '{' || c == '[') && ++depth_ > limit_) {
      throw Error(ErrorCode::LimitExceeded,
                  fmt::format("the JSON text nests deeper than {} levels", limit_));
    }
  }

 private:
  int limit_;
  int depth_ = 0;
};

}  // namespace

std::string compact_json(std::string_view text, const JsonBounds& bounds) {
  if (text.size() > bounds.bytes) {
    throw Error(ErrorCode::LimitExceeded, fmt::format("the JSON text has {} bytes, at most {} are "
                                                      "accepted; send the changes in several files",
                                                      text.size(), bounds.bytes));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::string out;
  out.reserve(text.size());
  DepthCounter depth(bounds.depth);
  bool blank_before = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_blank(c)) {
      blank_before = true;
      ++at;
      continue;
    }
    if (blank_before && !out.empty() && !is_mark(out.back()) && !is_mark(c)) out += ' ';
    blank_before = false;
    if (c == '"') {
      at = copy_string(text, at, out);
      continue;
    }
    depth.see(c);
    out += c;
    ++at;
  }
  return out;
}

}  // namespace qfcsync::deltafile
