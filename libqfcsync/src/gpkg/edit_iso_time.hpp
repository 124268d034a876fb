#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::gpkg::edit {

/// A moment as ISO 8601 text tells it: wall clock and, if the text says so, the offset of its zone.
struct IsoTime {
  std::int64_t wall_ms = 0;  ///< milliseconds since 1970-01-01T00:00 on that wall clock
  std::optional<int> offset_minutes;

  /// Milliseconds since 1970 in UTC; a clock without zone counts as UTC.
  std::int64_t utc_ms() const {
    return wall_ms - offset_minutes.value_or(0) * std::int64_t{60'000};
  }
};

/// Reads `YYYY-MM-DD`, optionally followed by `T` or a blank, `HH:MM[:SS[.fff]]` and `Z` or
/// `+HH[:MM]`. Dates and times have to exist.
std::optional<IsoTime> parse_iso_time(std::string_view text);

/// "2026-03-01"
std::string format_date(std::int64_t ms);

/// "2026-03-01T14:05:09.120Z", as GDAL stores date-times in GeoPackages.
std::string format_date_time(std::int64_t utc_ms);

}  // namespace qfcsync::gpkg::edit
