#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qfcsync::base {

/// Length in bytes of the code point at the beginning of a text; 0 when the bytes are not UTF-8
/// (overlong forms, surrogates and numbers above U+10FFFF are not) or the text is empty.
std::size_t utf8_length(std::string_view text) noexcept;

/// Appends a code point up to U+10FFFF.
void append_utf8(unsigned code_point, std::string& out);

/// The bytes as text: what is not UTF-8 becomes U+FFFD, byte by byte.
std::string to_valid_utf8(std::string_view bytes);

}  // namespace qfcsync::base
