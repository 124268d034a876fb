#pragma once

#include "http/multipart.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::server {

/// Reads the header lines of a part, each ending in CRLF; folded lines are joined.
///
/// @errors Corrupt: a line without colon, a NUL, a transfer encoding other than plain bytes
PartHeader parse_part_header(std::string_view block);

/// A parameter of a structured header such as `form-data; name="file"`; the first of that name.
///
/// A quote ends a quoted value only where a ';' or the end follows, because clients do not escape
/// quotes in file names. Names are compared without case.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

}  // namespace qfcsync::server
