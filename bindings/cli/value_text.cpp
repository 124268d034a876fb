#include "value_text.hpp"

#include <qfcsync/geometry_text.hpp>

#include "terminal.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace {

using qfcsync::ValueType;
using qfcsync::ValueView;

constexpr std::size_t kMaxCharacters = 60;
constexpr std::size_t kMaxBlobBytes = 16;
constexpr std::size_t kMaxCharacterBytes = 4;
constexpr std::size_t kBeforeDifference = 12;  ///< characters shown before the first other one
constexpr const char* kCut = "...";

std::string real_text(double number) {
  std::string text = fmt::format("{}", number);
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// The first characters of a text that begins at an offset, with dots where something is left out.
std::string window(std::string_view text, std::size_t begin) {
  const bool is_continued = text.size() - begin > kMaxCharacters * kMaxCharacterBytes;
  std::string_view part = text.substr(begin, kMaxCharacters * kMaxCharacterBytes);
  std::size_t end = 0;
  for (std::size_t count = 0; end < part.size(); ++end) {
    const bool is_first_byte = (static_cast<unsigned char>(part[end]) & 0xc0) != 0x80;
    if (is_first_byte && count++ == kMaxCharacters) break;
  }
  const bool is_cut = is_continued || end < part.size();
  return fmt::format("{}{}{}", begin > 0 ? kCut : "", printable(part.substr(0, end)),
                     is_cut ? kCut : "");
}

/// Where to begin so that the difference is seen; 0 when it is seen from the beginning.
std::size_t begin_near(std::string_view text, std::size_t difference) {
  if (difference + kBeforeDifference < kMaxCharacters) return 0;
  std::size_t begin = difference - std::min(difference, kBeforeDifference);
  while (begin > 0 && begin < text.size() &&
         (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) {
    --begin;
  }
  return std::min(begin, text.size());
}

std::size_t first_difference(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(shorter), b.begin()).first -
      a.begin());
}

std::string quoted(std::string_view text, std::size_t difference) {
  return fmt::format("\"{}\"", window(text, begin_near(text, difference)));
}

std::string blob_text(std::string_view bytes, std::size_t difference) {
  const std::size_t begin = difference < kMaxBlobBytes ? 0 : difference;
  std::string hex;
  for (const char c : bytes.substr(begin, kMaxBlobBytes)) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return fmt::format("x'{}{}{}' ({} bytes)", begin > 0 ? kCut : "", hex,
                     begin + kMaxBlobBytes < bytes.size() ? kCut : "", bytes.size());
}

/// WKT that may be cut; then it says how long the geometry is.
std::string wkt_text(std::string_view wkt, std::size_t difference) {
  std::size_t begin = begin_near(wkt, difference);
  if (begin > 0) begin = wkt.find_last_of(",(", difference) + 1;
  const std::string part = window(wkt, begin);
  if (begin == 0 && part.size() == wkt.size()) return part;
  const std::string_view type = begin > 0 ? wkt.substr(0, wkt.find('(')) : std::string_view();
  return fmt::format("{}{} ({} points)", type, part, std::count(wkt.begin(), wkt.end(), ',') + 1);
}

std::optional<std::string> wkt_of(ValueView value) {
  if (value.type() != ValueType::Blob || !value.bytes().starts_with("GP")) return std::nullopt;
  return qfcsync::geometry_wkt(value.bytes());
}

std::string text_from(ValueView value, std::size_t difference) {
  switch (value.type()) {
    case ValueType::Integer:
      return fmt::format("{}", value.as_integer());
    case ValueType::Real:
      return real_text(value.as_real());
    case ValueType::Text:
      return quoted(value.bytes(), difference);
    case ValueType::Blob:
      return blob_text(value.bytes(), difference);
    case ValueType::Null:
      return "NULL";
    case ValueType::Undefined:
      break;
  }
  return "(not touched)";
}

}  // namespace

std::string value_text(ValueView value) {
  const auto wkt = wkt_of(value);
  return wkt ? wkt_text(*wkt, 0) : text_from(value, 0);
}

std::pair<std::string, std::string> value_texts(ValueView before, ValueView after) {
  const auto wkt_before = wkt_of(before);
  const auto wkt_after = wkt_of(after);
  if (wkt_before && wkt_after) {
    const std::size_t difference = first_difference(*wkt_before, *wkt_after);
    return {wkt_text(*wkt_before, difference), wkt_text(*wkt_after, difference)};
  }
  if (before.type() != after.type() || wkt_before || wkt_after) {
    return {value_text(before), value_text(after)};
  }
  const std::size_t difference = first_difference(before.bytes(), after.bytes());
  return {text_from(before, difference), text_from(after, difference)};
}

std::string change_text(ValueView before, ValueView after) {
  const auto [old_text, new_text] = value_texts(before, after);
  if (old_text == new_text && before != after && wkt_of(before)) {
    return old_text + ", stored in another form";
  }
  return fmt::format("{} -> {}", old_text, new_text);
}
