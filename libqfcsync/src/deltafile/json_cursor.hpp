#pragma once

#include <qfcsync/deltafile.hpp>

#include "base/json_token.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace qfcsync::deltafile {

using base::JsonKind;

/// Name of a kind for messages, e.g. "a string".
std::string_view to_string(JsonKind kind) noexcept;

/// Reads one JSON text from front to back without building a tree. Strict: RFC 8259 grammar, valid
/// UTF-8, no lone surrogates, numbers in the range of double.
///
/// The text has to be bounded in depth before (compact_json); it must outlive the cursor.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  /// Kind of the value that is next. @errors Corrupt: no value begins here
  JsonKind kind();

  /// Goes into the next value, which is an object or array; then next_key() or next_item() leads
  /// through it and ends it by returning false.
  void enter();
  bool next_key(std::string& key);
  bool next_item();

  std::string take_string();
  bool take_bool();
  void take_null();
  /// Any value; a list or map as its text.
  AttributeValue take_value();
  /// Checks the next value and returns its text.
  std::string_view take_raw();

  /// @errors Corrupt: something follows
  void finish();

  /// @errors Corrupt, always: what is wrong and at which byte
  [[noreturn]] void fail(std::string_view what) const;

 private:
  void skip_blanks();
  char peek();
  int next_byte() const;  // -1 at the end
  void expect(char c, std::string_view what);
  void expect_word(std::string_view word);
  void skip_value();
  void skip_array();
  void skip_object();
  AttributeValue take_number();
  void append_escape(std::string& out);
  void append_utf8(std::string& out);

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = false;  // just entered: no comma before the next member
};

}  // namespace qfcsync::deltafile
