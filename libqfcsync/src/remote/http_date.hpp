#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace qfcsync::remote {

using Time = std::chrono::system_clock::time_point;

/// Time of an HTTP header, "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<Time> parse_http_date(std::string_view text);

/// Time of an S3 answer, "2026-11-25T00:43:05Z" or with a fraction, which is dropped.
std::optional<Time> parse_iso_date(std::string_view text);

}  // namespace qfcsync::remote
