#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Pieces of JSON as text, without a tree.
namespace qfcsync::changeset {

/// @param text  valid UTF-8; NUL and other control characters are escaped
void append_json_string(std::string_view text, std::string& out);

void append_integer(std::int64_t value, std::string& out);

/// The shortest number that reads back exactly, always with a point or an exponent.
///
/// @param value  finite
void append_real(double value, std::string& out);

bool is_utf8(std::string_view bytes) noexcept;

/// RFC 4648, with padding.
void append_base64(std::string_view bytes, std::string& out);

/// @return nullopt when the text is not exactly what append_base64 gives for some bytes
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace qfcsync::changeset
