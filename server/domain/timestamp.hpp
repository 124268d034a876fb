#pragma once

#include <cstdint>
#include <string>

namespace qfcsync::server {

/// Microseconds since 1970-01-01T00:00:00 UTC; negative before.
using Timestamp = std::int64_t;

inline constexpr Timestamp kSecond = 1'000'000;

/// The present, from the system's real-time clock.
Timestamp now();

/// ISO 8601 in UTC, always with six fractional digits and a numeric offset:
/// "2026-03-01T08:00:00.123456+00:00". Older Python interpreters parse no other spelling.
std::string to_iso(Timestamp time);
void append_iso(std::string& text, Timestamp time);

/// ISO 8601 in UTC without fraction, as in `status/`: "2026-03-01T08:00:00Z".
std::string to_iso_seconds(Timestamp time);

/// The form of `last_modified` in file listings: "01.03.2026 08:00:00 UTC".
std::string to_dotted(Timestamp time);

/// The form of a file version's `display`: "v20260301080000".
std::string to_version_display(Timestamp time);

}  // namespace qfcsync::server
