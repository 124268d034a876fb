#include "routes/match.hpp"

#include "base/uuid.hpp"

#include <algorithm>
#include <utility>

namespace qfcsync::server {
namespace {

/// Ids are kept in lower case.
char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view take_segment(std::string_view& rest) {
  const auto slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return segment;
}

}  // namespace

std::optional<PathParams> match_path(std::string_view pattern, std::string_view path) {
  PathParams params;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with('/') && !pattern.ends_with(":path}")) return std::nullopt;
  while (!pattern.empty()) {
    const std::string_view expected = take_segment(pattern);
    if (!expected.starts_with('{')) {
      if (take_segment(path) != expected) return std::nullopt;
      continue;
    }
    const std::string_view inner = expected.substr(1, expected.size() - 2);
    const std::string_view name = inner.substr(0, inner.find(':'));
    const bool takes_rest = inner.ends_with(":path");
    const std::string_view value = takes_rest ? std::exchange(path, {}) : take_segment(path);
    if (value.empty()) return std::nullopt;
    const bool is_id = base::is_uuid(value);
    if (inner.ends_with(":uuid") && !is_id) return std::nullopt;
    std::string text(value);
    if (is_id) std::transform(text.begin(), text.end(), text.begin(), lower_ascii);
    params.emplace(name, std::move(text));
  }
  if (!path.empty()) return std::nullopt;
  return params;
}

}  // namespace qfcsync::server
