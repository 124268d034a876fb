#include "base/text.hpp"

#include <algorithm>

namespace qfcsync::base {
namespace {

constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte of the escape at the beginning of a text, -1 if there is none.
int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// @return whether all escapes were sound; broken ones are taken literally
bool decode(std::string_view text, std::string& decoded) {
  bool is_sound = true;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const int byte = escaped_byte(text);
    is_sound = is_sound && (byte >= 0 || text[0] != '%');
    decoded.push_back(byte >= 0 ? static_cast<char>(byte) : text[0]);
    text.remove_prefix(byte >= 0 ? 3 : 1);
  }
  return is_sound;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char one, char other) { return to_lower(one) == to_lower(other); });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  return lower;
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), to_upper);
  return upper;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  if (!decode(text, decoded)) return std::nullopt;
  return decoded;
}

std::string percent_decode_leniently(std::string_view text) {
  std::string decoded;
  decode(text, decoded);
  return decoded;
}

std::string percent_encode(std::string_view text, std::string_view also_kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos ||
        also_kept.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return encoded;
}

}  // namespace qfcsync::base
