#include "deltafile/json_cursor.hpp"

#include <qfcsync/error.hpp>

#include "base/utf8.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace qfcsync::deltafile {

std::string_view to_string(JsonKind kind) noexcept {
  switch (kind) {
    case JsonKind::Null:
      return "null";
    case JsonKind::Bool:
      return "a boolean";
    case JsonKind::Number:
      return "a number";
    case JsonKind::String:
      return "a string";
    case JsonKind::Array:
      return "an array";
    case JsonKind::Object:
      return "an object";
  }
  return "nothing";
}

void JsonCursor::fail(std::string_view what) const {
  throw Error(ErrorCode::Corrupt, fmt::format("not valid JSON: {} at byte {}", what, at_));
}

void JsonCursor::skip_blanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
}

char JsonCursor::peek() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

int JsonCursor::next_byte() const {
  return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
}

void JsonCursor::expect(char c, std::string_view what) {
  if (peek() != c || at_ == text_.size()) fail(what);
  ++at_;
}

void JsonCursor::expect_word(std::string_view word) {
  skip_blanks();
  if (text_.substr(at_, word.size()) != word) fail("unknown word");
  at_ += word.size();
}

JsonKind JsonCursor::kind() {
  skip_blanks();
  if (const auto kind = base::json_kind(next_byte())) return *kind;
  fail("a value is missing");
}

void JsonCursor::enter() {
  skip_blanks();
  ++at_;
  first_ = true;
}

bool JsonCursor::next_key(std::string& key) {
  const bool first = first_;
  first_ = false;
  if (peek() == '}') {
    ++at_;
    return false;
  }
  if (!first) expect(',', "a comma is missing");
  if (peek() != '"') fail("a key is missing");
  key = take_string();
  expect(':', "a colon is missing");
  return true;
}

bool JsonCursor::next_item() {
  const bool first = first_;
  first_ = false;
  if (peek() == ']') {
    ++at_;
    return false;
  }
  if (!first) expect(',', "a comma is missing");
  return true;
}

bool JsonCursor::take_bool() {
  const bool value = peek() == 't';
  expect_word(value ? "true" : "false");
  return value;
}

void JsonCursor::take_null() { expect_word("null"); }

AttributeValue JsonCursor::take_value() {
  switch (kind()) {
    case JsonKind::Null:
      take_null();
      return {};
    case JsonKind::Bool:
      return take_bool();
    case JsonKind::Number:
      return take_number();
    case JsonKind::String:
      return take_string();
    default:
      return JsonText{std::string(take_raw())};
  }
}

std::string_view JsonCursor::take_raw() {
  skip_blanks();
  const std::size_t begin = at_;
  skip_value();
  return text_.substr(begin, at_ - begin);
}

void JsonCursor::skip_value() {
  switch (kind()) {
    case JsonKind::Array:
      return skip_array();
    case JsonKind::Object:
      return skip_object();
    default:
      take_value();
  }
}

void JsonCursor::skip_array() {
  enter();
  while (next_item()) skip_value();
}

void JsonCursor::skip_object() {
  enter();
  std::string key;
  while (next_key(key)) skip_value();
}

void JsonCursor::finish() {
  skip_blanks();
  if (at_ != text_.size()) fail("something follows the end");
}

AttributeValue JsonCursor::take_number() {
  const std::size_t begin = at_;
  base::JsonNumber number;
  while (number.take(next_byte())) ++at_;
  if (const char* fault = number.fault()) fail(fault);
  const char* first = text_.data() + begin;
  const char* last = text_.data() + at_;
  std::int64_t integer = 0;
  if (!number.is_real() && std::from_chars(first, last, integer).ec == std::errc()) return integer;
  double real = 0;
  if (std::from_chars(first, last, real).ec != std::errc()) {
    // from_chars does not tell too small from too large; strtod does. The text has no locale in it
    // that matters: only underflow is accepted, and it is 0 or nearly so.
    real = std::strtod(std::string(first, last).c_str(), nullptr);
    if (!(std::abs(real) < 1)) fail("a number is too large");
  }
  return real;
}

std::string JsonCursor::take_string() {
  expect('"', "a string is missing");
  std::string out;
  for (;;) {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) break;
      ++at_;
    }
    out.append(text_, begin, at_ - begin);
    if (at_ == text_.size()) fail("a string does not end");
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') break;
    if (c < 0x20) fail("a control character in a string");
    if (c == '\\') {
      append_escape(out);
    } else {
      append_utf8(out);
    }
  }
  ++at_;
  return out;
}

void JsonCursor::append_utf8(std::string& out) {
  const std::size_t length = base::utf8_length(text_.substr(at_));
  if (length == 0) fail("bytes that are not UTF-8");
  out.append(text_, at_, length);
  at_ += length;
}

void JsonCursor::append_escape(std::string& out) {
  ++at_;
  base::JsonEscape escape;
  for (; !escape.is_done(); ++at_) {
    if (const char* fault = escape.take(next_byte())) fail(fault);
  }
  if (escape.code_point() != 0) base::append_utf8(escape.code_point(), out);
}

}  // namespace qfcsync::deltafile
