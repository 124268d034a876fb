#include "changeset/json_stream.hpp"

#include <qfcsync/error.hpp>

#include "base/utf8.hpp"
#include "changeset/json_format.hpp"
#include "changeset/json_text.hpp"

#include <charconv>

#include <fmt/format.h>

namespace qfcsync::changeset {

std::string JsonStream::place() const {
  return fmt::format("line {}, byte {} of the line", line_,
                     buffer_offset_ + at_ - line_offset_ + 1);
}

void JsonStream::fail(std::string_view what) const {
  throw Error(ErrorCode::Corrupt,
              fmt::format("this is no changeset as JSON: {} ({})", what, place()));
}

bool JsonStream::fill() {
  buffer_offset_ += end_;
  at_ = 0;
  end_ = source_.read(buffer_.data(), buffer_.size());
  return end_ != 0;
}

int JsonStream::peek() {
  if (at_ == end_ && !fill()) return -1;
  return static_cast<unsigned char>(buffer_[at_]);
}

int JsonStream::peek_after_blanks() {
  for (;;) {
    const int c = peek();
    if (c == '\n') {
      ++line_;
      line_offset_ = buffer_offset_ + at_ + 1;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return c;
    }
    take();
  }
}

void JsonStream::expect(char c, std::string_view what) {
  if (peek_after_blanks() != static_cast<unsigned char>(c)) fail(what);
  take();
}

void JsonStream::expect_word(std::string_view word) {
  peek_after_blanks();
  for (const char c : word) {
    if (peek() != static_cast<unsigned char>(c)) fail("an unknown word");
    take();
  }
}

JsonKind JsonStream::kind() {
  const int c = peek_after_blanks();
  if (const auto kind = base::json_kind(c)) return *kind;
  fail(c < 0 ? "it ends too early" : "a value is missing");
}

void JsonStream::enter_object() {
  expect('{', "an object is expected");
  is_first_ = true;
}

void JsonStream::enter_array() {
  expect('[', "a list is expected");
  is_first_ = true;
}

bool JsonStream::next_member(std::string& name) {
  const bool is_first = is_first_;
  is_first_ = false;
  if (peek_after_blanks() == '}') {
    take();
    return false;
  }
  if (!is_first) expect(',', "a comma is missing");
  name = take_string();
  expect(':', "a colon is missing");
  return true;
}

bool JsonStream::next_item() {
  const bool is_first = is_first_;
  is_first_ = false;
  if (peek_after_blanks() == ']') {
    take();
    return false;
  }
  if (!is_first) expect(',', "a comma is missing");
  return true;
}

void JsonStream::finish() {
  if (peek_after_blanks() >= 0) fail("something follows the end");
}

bool JsonStream::take_bool() {
  const bool value = peek_after_blanks() == 't';
  expect_word(value ? "true" : "false");
  return value;
}

void JsonStream::take_null() { expect_word("null"); }

/// @return whether the string goes on
bool JsonStream::take_plain(std::string& out) {
  if (peek() < 0) fail("a string does not end");
  const std::size_t begin = at_;
  while (at_ < end_ && buffer_[at_] != '"' && buffer_[at_] != '\\' &&
         static_cast<unsigned char>(buffer_[at_]) >= 0x20) {
    ++at_;
  }
  out.append(buffer_.data() + begin, at_ - begin);
  if (out.size() > kMaxJsonStringBytes) fail("a string is too long");
  if (at_ == end_) return true;
  if (buffer_[at_] == '"') return false;
  if (buffer_[at_] != '\\') fail("a control character in a string");
  take_escape(out);
  return true;
}

std::string JsonStream::take_string() {
  expect('"', "a string is expected");
  std::string out;
  while (take_plain(out)) {
  }
  take();
  if (!is_utf8(out)) fail("a string is not UTF-8");
  return out;
}

void JsonStream::take_escape(std::string& out) {
  take();
  base::JsonEscape escape;
  for (; !escape.is_done(); take()) {
    if (const char* fault = escape.take(peek())) fail(fault);
  }
  base::append_utf8(escape.code_point(), out);
}

std::string JsonStream::number_text(bool& is_real) {
  std::string text;
  base::JsonNumber number;
  peek_after_blanks();
  for (; number.take(peek()); take()) {
    text += static_cast<char>(peek());
    if (text.size() > kMaxNumberBytes) fail("a number is too long");
  }
  if (const char* fault = number.fault()) fail(fault);
  is_real = number.is_real();
  return text;
}

std::variant<std::int64_t, double> JsonStream::take_number() {
  bool is_real = false;
  const std::string text = number_text(is_real);
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  double real = 0;
  const auto result = is_real ? std::from_chars(text.data(), end, real)
                              : std::from_chars(text.data(), end, integer);
  if (result.ec != std::errc()) fail("a number is beyond what can be stored");
  if (is_real) return real;
  return integer;
}

std::int64_t JsonStream::take_integer() {
  if (kind() != JsonKind::Number) fail("a whole number is expected");
  const auto number = take_number();
  if (!std::holds_alternative<std::int64_t>(number)) fail("a whole number is expected");
  return std::get<std::int64_t>(number);
}

std::string JsonStream::take_raw(std::size_t max_bytes) {
  if (kind() != JsonKind::Object) fail("an object is expected");
  std::string out;
  int depth = 0;
  do {
    const int c = peek_after_blanks();
    if (c < 0) fail("it ends too early");
    if (c == '"') {
      append_json_string(take_string(), out);
    } else {
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      out += static_cast<char>(c);
      take();
    }
    if (depth > kMaxJsonDepth) fail("too many brackets within each other");
    if (out.size() > max_bytes) fail("the schema is too long");
  } while (depth > 0);
  return out;
}

}  // namespace qfcsync::changeset
