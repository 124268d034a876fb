#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::base {

// ASCII only, on purpose: words of protocols and formats know no locale.

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// The text with A-Z in lower case; all other bytes as they are.
std::string lower_case(std::string_view text);

/// The text with a-z in upper case; all other bytes as they are.
std::string upper_case(std::string_view text);

/// Whether SQL takes both for one name: case does not count in ASCII.
bool same_name(std::string_view a, std::string_view b);

/// Replaces %xx by the byte it stands for; everything else, also '+', is itself.
///
/// @return nullopt if a '%' is not followed by two hexadecimal digits
std::optional<std::string> percent_decode(std::string_view text);

/// The same for texts of strangers: a broken escape stands for itself.
std::string percent_decode_leniently(std::string_view text);

/// Writes all but letters, digits, "-._~" and what also_kept holds as %XX.
std::string percent_encode(std::string_view text, std::string_view also_kept);

}  // namespace qfcsync::base
