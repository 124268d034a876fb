#include "domain/timestamp.hpp"

#include <chrono>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr int kLastYearOfFourDigits = 9999;

struct Civil {
  int year;
  unsigned month;
  unsigned day;
  int hour;
  int minute;
  int second;
  int microsecond;
};

Civil civil_of(Timestamp time) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds{time}};
  const auto midnight = floor<days>(point);
  const year_month_day date{midnight};
  const hh_mm_ss<microseconds> clock{point - midnight};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count())};
}

/// Writes the number with `width` digits; it has no more.
void write_digits(char* to, int width, unsigned value) {
  for (int i = width - 1; i >= 0; --i) {
    to[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

Timestamp now() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

void append_iso(std::string& text, Timestamp time) {
  const Civil c = civil_of(time);
  if (c.year < 0 || c.year > kLastYearOfFourDigits) {
    text += fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", c.year, c.month, c.day,
                        c.hour, c.minute, c.second, c.microsecond);
    return;
  }
  char buffer[] = "0000-00-00T00:00:00.000000+00:00";
  write_digits(buffer, 4, static_cast<unsigned>(c.year));
  write_digits(buffer + 5, 2, c.month);
  write_digits(buffer + 8, 2, c.day);
  write_digits(buffer + 11, 2, static_cast<unsigned>(c.hour));
  write_digits(buffer + 14, 2, static_cast<unsigned>(c.minute));
  write_digits(buffer + 17, 2, static_cast<unsigned>(c.second));
  write_digits(buffer + 20, 6, static_cast<unsigned>(c.microsecond));
  text.append(buffer, sizeof buffer - 1);
}

std::string to_iso(Timestamp time) {
  std::string text;
  append_iso(text, time);
  return text;
}

std::string to_iso_seconds(Timestamp time) {
  const Civil c = civil_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour,
                     c.minute, c.second);
}

std::string to_dotted(Timestamp time) {
  const Civil c = civil_of(time);
  return fmt::format("{:02}.{:02}.{:04} {:02}:{:02}:{:02} UTC", c.day, c.month, c.year, c.hour,
                     c.minute, c.second);
}

std::string to_version_display(Timestamp time) {
  const Civil c = civil_of(time);
  return fmt::format("v{:04}{:02}{:02}{:02}{:02}{:02}", c.year, c.month, c.day, c.hour, c.minute,
                     c.second);
}

}  // namespace qfcsync::server
