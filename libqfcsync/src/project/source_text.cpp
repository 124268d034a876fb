#include "project/source_text.hpp"

#include <algorithm>

namespace qfcsync::project {
namespace {

// Start of the value of `name=` where name is a word of its own; npos if there is none. What
// follows ` sql=` is a filter, not parameters.
std::size_t value_begin(const std::string& text, std::string_view name, std::string_view before) {
  const std::size_t limit = text.find(" sql=");
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    if (limit != std::string::npos && at > limit) break;
    const bool is_word = at == 0 || before.find(text[at - 1]) != std::string_view::npos;
    const std::size_t end = at + name.size();
    if (is_word && end < text.size() && text[end] == '=') return end + 1;
  }
  return std::string::npos;
}

SourceValue quoted_value(const std::string& text, std::size_t begin) {
  SourceValue result;
  result.begin = begin + 1;
  std::size_t at = begin + 1;
  for (; at < text.size() && text[at] != '\''; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    result.value += text[at];
  }
  result.size = std::min(at, text.size()) - result.begin;
  return result;
}

}  // namespace

SourceValue database_value(const std::string& text, std::string_view name) {
  const std::size_t begin = value_begin(text, name, " ");
  if (begin == std::string::npos) return {};
  if (begin < text.size() && text[begin] == '\'') return quoted_value(text, begin);
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  return {text.substr(begin, end - begin), begin, end - begin};
}

std::string database_table(const std::string& text) {
  std::size_t at = value_begin(text, "table", " ");
  std::string name;
  while (at < text.size() && text[at] == '"') {
    name.clear();
    for (++at; at < text.size(); ++at) {
      if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) break;
      if (text[at] == '"') ++at;
      name += text[at];
    }
    ++at;
    if (at >= text.size() || text[at] != '.') break;
    ++at;
  }
  return name;
}

SourceValue url_parameter(const std::string& text, std::string_view name) {
  const std::size_t begin = value_begin(text, name, "&?");
  if (begin == std::string::npos) return {};
  const std::size_t end = std::min(text.find('&', begin), text.size());
  return {text.substr(begin, end - begin), begin, end - begin};
}

}  // namespace qfcsync::project
