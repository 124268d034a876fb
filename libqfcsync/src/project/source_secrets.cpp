// Removes passwords from data source texts: a report about a project reaches everybody who may
// see the project, its database password must not.
#include "base/text.hpp"
#include "project/data_source.hpp"

#include <algorithm>

namespace qfcsync::project {
namespace {

// The text and its lower-case twin, cut alike: searched without case, at linear cost.
struct Searchable {
  std::string text;
  std::string lower;

  explicit Searchable(const std::string& source) : text(source), lower(base::lower_case(source)) {}
  bool has(std::size_t at, std::string_view word) const {
    return lower.compare(at, word.size(), word) == 0;
  }
  void erase(std::size_t begin, std::size_t end) {
    text.erase(begin, end - begin);
    lower.erase(begin, end - begin);
  }
};

// The notation of a text: plain, or percent-encoded inside another source.
struct Notation {
  std::string_view scheme_end, colon, at_sign, slash, equals, blank, ampersand;
};
constexpr Notation kPlain = {"://", ":", "@", "/", "=", " ", "&"};
constexpr Notation kEncoded = {"%3a%2f%2f", "%3a", "%40", "%2f", "%3d", "%20", "%26"};
constexpr std::string_view kWord = "password";

// End of a value that starts at `at`: behind its closing quote, else at the next separator.
std::size_t value_end(const Searchable& source, std::size_t at) {
  const std::string& text = source.text;
  if (at < text.size() && text[at] == '\'') {
    for (++at; at < text.size() && text[at] != '\''; ++at) {
      if (text[at] == '\\') ++at;
    }
    return std::min(at + 1, text.size());
  }
  for (; at < text.size(); ++at) {
    if (text[at] == ' ' || text[at] == '&') break;
    if (source.has(at, kEncoded.blank) || source.has(at, kEncoded.ampersand)) break;
  }
  return at;
}

void drop_parameters(Searchable& source) {
  std::size_t at = source.lower.find(kWord);
  while (at != std::string::npos) {
    std::size_t value = at + kWord.size();
    if (value < source.text.size() && source.has(value, kPlain.equals)) {
      value += kPlain.equals.size();
    } else if (value < source.text.size() && source.has(value, kEncoded.equals)) {
      value += kEncoded.equals.size();
    } else {
      at = source.lower.find(kWord, value);
      continue;
    }
    std::size_t end = value_end(source, value);
    if (end < source.text.size() && (source.text[end] == ' ' || source.text[end] == '&')) ++end;
    source.erase(at, end);
    at = source.lower.find(kWord, at);
  }
}

// scheme://user:password@host
void drop_from_urls(Searchable& source, const Notation& notation) {
  const std::string& lower = source.lower;
  std::size_t at = lower.find(notation.scheme_end);
  for (; at != std::string::npos; at = lower.find(notation.scheme_end, at + 1)) {
    const std::size_t begin = at + notation.scheme_end.size();
    const std::size_t end = std::min(
        {lower.find_first_of(" &?'\"", begin), lower.find(notation.slash, begin), lower.size()});
    const std::string_view authority = std::string_view(lower).substr(begin, end - begin);
    const std::size_t host = authority.rfind(notation.at_sign);
    const std::size_t secret = authority.find(notation.colon);
    if (host == std::string_view::npos || secret == std::string_view::npos || secret > host)
      continue;
    source.erase(begin + secret, begin + host);
  }
}

}  // namespace

std::string without_passwords(const std::string& text) {
  Searchable source(text);
  drop_parameters(source);
  drop_from_urls(source, kPlain);
  drop_from_urls(source, kEncoded);
  return source.text;
}

}  // namespace qfcsync::project
