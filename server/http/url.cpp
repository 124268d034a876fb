#include "http/url.hpp"

#include <algorithm>

namespace qfcsync::server {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

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
  std::string text(raw);
  std::replace(text.begin(), text.end(), '+', ' ');  // before the escapes: %2B is a plus sign
  text = base::percent_decode_leniently(text);
  return is_valid_utf8(text) ? text : with_replacements(text);
}

}  // namespace

std::string percent_encode_path(std::string_view path) { return base::percent_encode(path, "/"); }

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
    text += base::percent_encode(name, "") + '=' + base::percent_encode(value, "");
  };
  for (const auto& [name, value] : parameters_) {
    if (name != "limit" && name != "offset") add(name, value);
  }
  if (limit) add("limit", std::to_string(*limit));
  if (offset) add("offset", std::to_string(*offset));
  return text;
}

}  // namespace qfcsync::server
