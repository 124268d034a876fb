#pragma once

#include <qfcsync/stream.hpp>

#include "base/json_token.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace qfcsync::changeset {

using base::JsonKind;

/// Reads one JSON text from a source, front to back, in memory of one string. Strict: RFC 8259,
/// valid UTF-8, no lone surrogates.
///
/// Whoever reads says what has to come; what else comes is refused as Corrupt with its place.
class JsonStream {
 public:
  explicit JsonStream(ByteSource& source) : source_(source), buffer_(kReadBytes) {}

  /// Kind of the value that is next.
  JsonKind kind();

  /// Goes into the next value, an object or array; then next_member() or next_item() leads through
  /// it and ends it by returning false.
  void enter_object();
  void enter_array();
  bool next_member(std::string& name);
  bool next_item();

  std::string take_string();
  bool take_bool();
  void take_null();
  /// A number with point or exponent is a double, any other an integer.
  std::variant<std::int64_t, double> take_number();
  std::int64_t take_integer();
  /// The text of the next value, whose grammar is not checked beyond its brackets.
  std::string take_raw(std::size_t max_bytes);

  /// Only blanks may follow.
  void finish();

  /// @errors Corrupt, always: what is wrong and where
  [[noreturn]] void fail(std::string_view what) const;
  /// "line 3, byte 17 of the line"
  std::string place() const;

 private:
  static constexpr std::size_t kReadBytes = 64u << 10;

  /// The next byte, which is not taken; -1 at the end.
  int peek();
  int peek_after_blanks();
  void take() { ++at_; }
  void expect(char c, std::string_view what);
  void expect_word(std::string_view word);
  bool fill();
  bool take_plain(std::string& out);
  void take_escape(std::string& out);
  std::string number_text(bool& is_real);

  ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t buffer_offset_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t line_offset_ = 0;
  bool is_first_ = false;  // just entered: no comma before the next member
};

}  // namespace qfcsync::changeset
