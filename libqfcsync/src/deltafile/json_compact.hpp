#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qfcsync::deltafile {

/// Bounds on a JSON text, checked before anything is built from it.
struct JsonBounds {
  std::size_t bytes;
  int depth;
};

/// The text without blanks between tokens and without U+0000: every escape `\u0000` inside a string
/// is left out, `\\u0000` (a backslash and letters) is not one.
///
/// Does not check the grammar; where two tokens would grow together one blank stays.
///
/// @errors LimitExceeded: beyond the bounds
std::string compact_json(std::string_view text, const JsonBounds& bounds);

}  // namespace qfcsync::deltafile
