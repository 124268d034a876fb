#include "remote/http_date.hpp"

#include <charconv>
#include <string>

#include <curl/curl.h>

namespace qfcsync::remote {
namespace {

constexpr std::size_t kMaxDateBytes = 64;

/// Digits at a place; -1 if there is anything else.
int number_at(std::string_view text, std::size_t place, std::size_t digits) {
  int number = -1;
  const char* first = text.data() + place;
  const auto [end, error] = std::from_chars(first, first + digits, number);
  return error == std::errc{} && end == first + digits ? number : -1;
}

/// Nothing beyond what the system's clock can count: it ends in 2262.
std::optional<Time> time_of(std::chrono::sys_seconds seconds) {
  using std::chrono::floor;
  if (seconds < std::chrono::sys_seconds{}) return std::nullopt;
  if (seconds >= floor<std::chrono::seconds>(Time::max())) return std::nullopt;
  return seconds;
}

}  // namespace

std::optional<Time> parse_http_date(std::string_view text) {
  if (text.size() > kMaxDateBytes) return std::nullopt;
  const std::time_t seconds = ::curl_getdate(std::string(text).c_str(), nullptr);
  return time_of(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

std::optional<Time> parse_iso_date(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kPattern = "0000-00-00T00:00:00";
  if (text.size() <= kPattern.size() || text.size() > kMaxDateBytes) return std::nullopt;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !is_digit : text[i] != kPattern[i]) return std::nullopt;
  }
  const year_month_day day{year{number_at(text, 0, 4)},
                           month{static_cast<unsigned>(number_at(text, 5, 2))},
                           std::chrono::day{static_cast<unsigned>(number_at(text, 8, 2))}};
  if (!day.ok()) return std::nullopt;
  return time_of(sys_days{day} + hours{number_at(text, 11, 2)} + minutes{number_at(text, 14, 2)} +
                 seconds{number_at(text, 17, 2)});
}

}  // namespace qfcsync::remote
