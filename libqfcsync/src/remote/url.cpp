#include "remote/url.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view why) {
  throw Error(ErrorCode::InvalidArgument,
              fmt::format("{}: {}; write https://host[:port]/path", what, why));
}

bool is_host_letter(char c) {
  const char lower = base::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(".-_:[]").find(c) != std::string_view::npos;
}

bool is_path_letter(char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\'; }

}  // namespace

Url parse_url(std::string_view text, std::string_view what) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) refuse(what, "no address of a server");
  url.scheme = base::lower_case(text.substr(0, scheme_end));
  if (url.scheme != "https" && url.scheme != "http") refuse(what, "neither https nor http");
  text.remove_prefix(scheme_end + 3);
  const std::size_t host_end = std::min(text.find('/'), text.size());
  url.host = std::string(text.substr(0, host_end));
  if (text.find('@') < host_end) refuse(what, "credentials do not belong into an address");
  if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), is_host_letter)) {
    refuse(what, "no name of a host");
  }
  url.path = std::string(text.substr(host_end));
  if (!std::all_of(url.path.begin(), url.path.end(), is_path_letter)) {
    refuse(what, "a query, a fragment or letters that have to be escaped");
  }
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

std::string encode_path(std::string_view path) { return base::percent_encode(path, "/"); }

std::string format_query(Query query) {
  for (auto& [name, value] : query) {
    name = base::percent_encode(name, "");
    value = base::percent_encode(value, "");
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text += '&';
    text += name + '=' + value;
  }
  return text;
}

}  // namespace qfcsync::remote
