#include "domain/text.hpp"
#include "http/conditional.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Reads a date from the front; the first thing that does not fit makes all of it unusable.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}

  void literal(std::string_view expected) {
    if (!text_.starts_with(expected)) return fail();
    text_.remove_prefix(expected.size());
  }
  template <std::size_t N>
  unsigned word(const std::array<std::string_view, N>& words) {
    for (unsigned i = 0; i < N; ++i) {
      if (!text_.starts_with(words[i])) continue;
      text_.remove_prefix(words[i].size());
      return i;
    }
    fail();
    return 0;
  }
  int digits(std::size_t count) {
    const std::string_view piece = text_.substr(0, count);
    if (piece.size() < count || !std::all_of(piece.begin(), piece.end(), is_digit)) {
      fail();
      return 0;
    }
    text_.remove_prefix(count);
    int number = 0;
    for (const char c : piece) number = number * 10 + (c - '0');
    return number;
  }
  /// Two columns, the first of which may be a blank.
  int padded_day() {
    if (!text_.starts_with(' ')) return digits(2);
    text_.remove_prefix(1);
    return digits(1);
  }
  bool at(char c) const { return text_.starts_with(c); }
  bool complete() const { return good_ && text_.empty(); }

 private:
  void fail() {
    good_ = false;
    text_ = {};
  }
  std::string_view text_;
  bool good_ = true;
};

struct Parts {
  int year = 0;
  unsigned month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

void read_clock(DateReader& reader, Parts& parts) {
  parts.hour = reader.digits(2);
  reader.literal(":");
  parts.minute = reader.digits(2);
  reader.literal(":");
  parts.second = reader.digits(2);
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<Parts> read_fixdate(std::string_view text) {
  DateReader reader(text);
  Parts parts;
  reader.word(kDays);
  reader.literal(", ");
  parts.day = reader.digits(2);
  reader.literal(" ");
  parts.month = reader.word(kMonths);
  reader.literal(" ");
  parts.year = reader.digits(4);
  reader.literal(" ");
  read_clock(reader, parts);
  reader.literal(" GMT");
  return reader.complete() ? std::optional(parts) : std::nullopt;
}

/// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<Parts> read_rfc850(std::string_view text) {
  DateReader reader(text);
  Parts parts;
  reader.word(kLongDays);
  reader.literal(", ");
  parts.day = reader.digits(2);
  reader.literal("-");
  parts.month = reader.word(kMonths);
  reader.literal("-");
  parts.year = reader.digits(2);
  parts.year += parts.year < 70 ? 2000 : 1900;
  reader.literal(" ");
  read_clock(reader, parts);
  reader.literal(" GMT");
  return reader.complete() ? std::optional(parts) : std::nullopt;
}

/// "Sun Nov  6 08:49:37 1994"
std::optional<Parts> read_asctime(std::string_view text) {
  DateReader reader(text);
  Parts parts;
  reader.word(kDays);
  reader.literal(" ");
  parts.month = reader.word(kMonths);
  reader.literal(" ");
  parts.day = reader.padded_day();
  reader.literal(" ");
  read_clock(reader, parts);
  reader.literal(" ");
  parts.year = reader.digits(4);
  return reader.complete() ? std::optional(parts) : std::nullopt;
}

std::optional<Timestamp> to_timestamp(const Parts& parts) {
  using namespace std::chrono;
  const year_month_day date{year{parts.year}, month{parts.month + 1},
                            day{static_cast<unsigned>(parts.day)}};
  // 60: a leap second, which ends up in the next minute
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  const sys_seconds time =
      sys_days{date} + hours{parts.hour} + minutes{parts.minute} + seconds{parts.second};
  return time.time_since_epoch().count() * kSecond;
}

}  // namespace

std::string http_date(Timestamp time) {
  using namespace std::chrono;
  const auto point = floor<seconds>(sys_time<microseconds>{microseconds{time}});
  const auto midnight = floor<days>(point);
  const year_month_day date{midnight};
  const hh_mm_ss<seconds> clock{point - midnight};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[weekday{midnight}.c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  text = trimmed(text);
  auto parts = read_fixdate(text);
  if (!parts) parts = read_rfc850(text);
  if (!parts) parts = read_asctime(text);
  return parts ? to_timestamp(*parts) : std::nullopt;
}

}  // namespace qfcsync::server
