#include "domain/timestamp.hpp"

#include <chrono>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

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

}  // namespace

Timestamp now() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

std::string to_iso(Timestamp time) {
  const Civil c = civil_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", c.year, c.month, c.day,
                     c.hour, c.minute, c.second, c.microsecond);
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
