#include "gpkg/edit_iso_time.hpp"

#include <chrono>

#include <fmt/format.h>

namespace qfcsync::gpkg::edit {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

/// Takes pieces from the front of a text; every method returns false if its piece is not there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool number(std::size_t digits, int& value) {
    if (text_.size() < digits) return false;
    value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }

  bool mark(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// Digits after a point as milliseconds, cut off after the third.
  bool fraction(int& milliseconds) {
    int scale = 100;
    milliseconds = 0;
    int digit = 0;
    if (!number(1, digit)) return false;
    do {
      milliseconds += digit * scale;
      scale /= 10;
    } while (number(1, digit));
    return true;
  }

  bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

bool date(Scanner& scanner, std::int64_t& ms) {
  int year = 0, month = 0, day = 0;
  if (!scanner.number(4, year) || !scanner.mark('-') || !scanner.number(2, month) ||
      !scanner.mark('-') || !scanner.number(2, day)) {
    return false;
  }
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return false;
  ms = std::chrono::sys_days(ymd).time_since_epoch().count() * kMsPerDay;
  return true;
}

bool clock(Scanner& scanner, std::int64_t& ms) {
  int hour = 0, minute = 0, second = 0, fraction = 0;
  if (!scanner.number(2, hour) || !scanner.mark(':') || !scanner.number(2, minute)) return false;
  if (scanner.mark(':') && !scanner.number(2, second)) return false;
  if (scanner.mark('.') && !scanner.fraction(fraction)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  ms += ((hour * 60 + minute) * 60 + second) * std::int64_t{1000} + fraction;
  return true;
}

bool zone(Scanner& scanner, std::optional<int>& offset) {
  if (scanner.at_end()) return true;
  if (scanner.mark('Z') || scanner.mark('z')) {
    offset = 0;
    return true;
  }
  const bool west = scanner.mark('-');
  if (!west && !scanner.mark('+')) return false;
  int hours = 0, minutes = 0;
  if (!scanner.number(2, hours)) return false;
  const bool colon = scanner.mark(':');
  if (!scanner.number(2, minutes) && colon) return false;
  if (hours > 14 || minutes > 59) return false;
  offset = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

}  // namespace

std::optional<IsoTime> parse_iso_time(std::string_view text) {
  Scanner scanner(text);
  IsoTime time;
  if (!date(scanner, time.wall_ms)) return std::nullopt;
  if (scanner.at_end()) return time;
  if (!scanner.mark('T') && !scanner.mark(' ') && !scanner.mark('t')) return std::nullopt;
  if (!clock(scanner, time.wall_ms) || !zone(scanner, time.offset_minutes) || !scanner.at_end()) {
    return std::nullopt;
  }
  return time;
}

std::string format_date(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const std::chrono::year_month_day ymd(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::string format_date_time(std::int64_t utc_ms) {
  const std::int64_t in_day = ((utc_ms % kMsPerDay) + kMsPerDay) % kMsPerDay;
  const std::int64_t seconds = in_day / 1000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", format_date(utc_ms), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, in_day % 1000);
}

}  // namespace qfcsync::gpkg::edit
