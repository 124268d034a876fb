#include "http/url.hpp"

#include <algorithm>

namespace qfcsync::server {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte of the escape that starts at `at`, -1 if there is none.
int escaped_byte(std::string_view text, std::size_t at) {
  if (text.size() - at < 3 || text[at] != '%') return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool is_unreserved(char c) {
  return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text, std::string_view also_kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c) || also_kept.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
}

std::string with_replacements(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence(bytes);
    text.append(length == 0 ? kReplacement : bytes.substr(0, length));
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

std::string decode_parameter(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const int byte = escaped_byte(raw, i);
    if (byte >= 0) {
      text.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      text.push_back(raw[i] == '+' ? ' ' : raw[i]);
    }
  }
  return is_valid_utf8(text) ? text : with_replacements(text);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(byte));
    i += 2;
  }
  return decoded;
}

std::string percent_encode_path(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  append_encoded(encoded, path, "/");
  return encoded;
}

Query Query::parse(std::string_view raw) {
  Query query;
  while (!raw.empty() && query.parameters_.size() < kMaxParameters) {
    const std::string_view field = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(raw.size(), field.size() + 1));
    if (field.empty()) continue;
    const std::string_view name = field.substr(0, field.find('='));
    const std::string_view value = field.substr(std::min(field.size(), name.size() + 1));
    query.parameters_.emplace_back(decode_parameter(name), decode_parameter(value));
  }
  return query;
}

std::optional<std::string> Query::get(std::string_view name) const {
  const auto last = std::find_if(parameters_.rbegin(), parameters_.rend(),
                                 [&](const auto& parameter) { return parameter.first == name; });
  if (last == parameters_.rend()) return std::nullopt;
  return last->second;
}

std::string Query::with_page(std::optional<std::uint64_t> limit,
                             std::optional<std::uint64_t> offset) const {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!text.empty()) text.push_back('&');
    append_encoded(text, name, "");
    text.push_back('=');
    append_encoded(text, value, "");
  };
  for (const auto& [name, value] : parameters_) {
    if (name != "limit" && name != "offset") add(name, value);
  }
  if (limit) add("limit", std::to_string(*limit));
  if (offset) add("offset", std::to_string(*offset));
  return text;
}

}  // namespace qfcsync::server
