#include "http/part_header.hpp"

#include <qfcsync/error.hpp>

#include "domain/text.hpp"
#include "http/url.hpp"

namespace qfcsync::server {
namespace {

/// Removes the first `count` bytes and the blanks after them.
void skip(std::string_view& text, std::size_t count) {
  text.remove_prefix(count);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

bool ends_value(std::string_view rest) {
  skip(rest, 0);
  return rest.empty() || rest.front() == ';';
}

/// Takes a quoted value whose opening quote is already gone.
std::string take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' && ends_value(text)) break;
    const bool escape = c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\');
    value.push_back(escape ? text.front() : c);
    if (escape) text.remove_prefix(1);
  }
  return value;
}

std::string take_value(std::string_view& text) {
  skip(text, 0);
  if (!text.empty() && text.front() == '"') {
    text.remove_prefix(1);
    return take_quoted(text);
  }
  const std::string_view value = text.substr(0, text.find(';'));
  text.remove_prefix(value.size());
  return std::string(trimmed(value));
}

/// The text of an RFC 8187 value, charset'language'escaped; nullopt if it is not UTF-8.
std::optional<std::string> extended_value(std::string_view value) {
  const auto language = value.find('\'');
  if (language == std::string_view::npos) return std::nullopt;
  const auto text = value.find('\'', language + 1);
  if (text == std::string_view::npos) return std::nullopt;
  if (!equals_ignoring_case(value.substr(0, language), "utf-8")) return std::nullopt;
  auto decoded = percent_decode(value.substr(text + 1));
  if (!decoded || !is_valid_utf8(*decoded)) return std::nullopt;
  return decoded;
}

void read_disposition(std::string_view value, PartHeader& header) {
  header.name = header_parameter(value, "name").value_or("");
  header.filename = header_parameter(value, "filename");
  if (const auto extended = header_parameter(value, "filename*")) {
    if (auto text = extended_value(*extended)) header.filename = std::move(text);
    if (!header.filename) header.filename = "";  // unreadable, but a file all the same
  }
}

void check_encoding(std::string_view encoding) {
  for (const std::string_view plain : {"binary", "8bit", "7bit"}) {
    if (equals_ignoring_case(encoding, plain)) return;
  }
  throw Error(ErrorCode::Corrupt, "a multipart part has the transfer encoding " +
                                      std::string(encoding.substr(0, 40)) +
                                      ": send its bytes as they are");
}

void read_line(std::string_view line, PartHeader& header) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    throw Error(ErrorCode::Corrupt, "a multipart part has a header line without a name");
  }
  const std::string_view name = trimmed(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (equals_ignoring_case(name, "content-disposition")) read_disposition(value, header);
  if (equals_ignoring_case(name, "content-type")) header.content_type = value;
  if (equals_ignoring_case(name, "content-transfer-encoding")) check_encoding(value);
}

/// Takes a line with its continuations (lines that begin with a blank).
std::string take_line(std::string_view& block) {
  std::string line;
  do {
    const auto end = block.find("\r\n");
    line.append(block.substr(0, end));
    block.remove_prefix(end == std::string_view::npos ? block.size() : end + 2);
  } while (!block.empty() && is_blank(block.front()));
  return line;
}

}  // namespace

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
  value.remove_prefix(std::min(value.size(), value.find(';')));
  while (!value.empty()) {
    skip(value, 1);  // the semicolon
    const std::string_view key = value.substr(0, value.find_first_of("=;"));
    value.remove_prefix(key.size());
    if (value.empty() || value.front() == ';') continue;
    value.remove_prefix(1);
    std::string text = take_value(value);
    if (equals_ignoring_case(trimmed(key), name)) return text;
    value.remove_prefix(std::min(value.size(), value.find(';')));
  }
  return std::nullopt;
}

PartHeader parse_part_header(std::string_view block) {
  if (block.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::Corrupt, "a multipart part has a NUL in its header");
  }
  PartHeader header{.name = "", .filename = std::nullopt, .content_type = "text/plain"};
  while (!block.empty()) read_line(take_line(block), header);
  return header;
}

}  // namespace qfcsync::server
