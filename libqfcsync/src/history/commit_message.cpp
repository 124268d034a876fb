#include "history/commit_message.hpp"

#include "base/utf8.hpp"
#include "history/git_name.hpp"

#include <algorithm>

namespace qfcsync::history {
namespace {

constexpr std::string_view kDevice = "Device: ";
constexpr std::string_view kPath = "Path: ";
constexpr std::string_view kRemoved = "Removed: ";
constexpr std::string_view kChange = "Change: ";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") + 1 - begin);
}

bool starts_like_trailer(std::string_view line) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{kDevice, kPath, kRemoved, kChange},
      [&](std::string_view key) { return line.starts_with(key); });
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string clean(std::string_view text, bool is_one_line) {
  std::string cleaned = base::to_valid_utf8(text);
  for (char& c : cleaned) {
    const bool is_kept = c == '\n' && !is_one_line;
    if ((static_cast<unsigned char>(c) < 0x20 && !is_kept) || c == 0x7f) c = ' ';
  }
  return std::string(trimmed(cleaned));
}

/// People's text, in which no line looks like a trailer: a space goes in front.
std::string text_for_people(std::string_view text) {
  const std::string cleaned = clean(text, false);
  std::string result;
  for (const std::string_view line : lines_of(cleaned)) {
    if (starts_like_trailer(line)) result += ' ';
    result.append(line).push_back('\n');
  }
  return result;
}

void take_change(std::string_view value, CommitMessage& message) {
  constexpr std::size_t kDigits = 2 * chunk::kIdBytes;
  if (value.size() < kDigits + 2 || value[kDigits] != ' ') return;
  const std::string_view path = value.substr(kDigits + 1);
  if (!is_versioned_path(path)) return;
  const bool is_hex = std::ranges::all_of(value.substr(0, kDigits), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (!is_hex) return;
  message.changes.push_back(
      {chunk::ObjectId::from_hex(value.substr(0, kDigits)), std::string(path)});
}

void take_trailer(std::string_view line, CommitMessage& message) {
  const auto value_of = [&](std::string_view key) { return line.substr(key.size()); };
  if (line.starts_with(kDevice)) {
    message.device = value_of(kDevice);
  } else if (line.starts_with(kPath)) {
    if (is_versioned_path(value_of(kPath))) message.paths.emplace_back(value_of(kPath));
  } else if (line.starts_with(kRemoved)) {
    if (is_versioned_path(value_of(kRemoved))) message.removed.emplace_back(value_of(kRemoved));
  } else if (line.starts_with(kChange)) {
    take_change(value_of(kChange), message);
  }
}

}  // namespace

std::string clean_line(std::string_view text) { return clean(text, true); }

std::string clean_name(std::string_view text) {
  std::string name = base::to_valid_utf8(text);
  std::ranges::replace_if(
      name, [](char c) { return c == '<' || c == '>'; }, ' ');
  return clean_line(name);
}

std::string format_message(const CommitMessage& message) {
  std::string text = text_for_people(message.text);
  std::string trailers;
  const auto add = [&](std::string_view key, std::string_view value) {
    trailers.append(key).append(value).push_back('\n');
  };
  for (const std::string& path : message.paths) add(kPath, path);
  for (const std::string& path : message.removed) add(kRemoved, path);
  for (const ChangeOfPath& change : message.changes) {
    add(kChange, change.id.hex() + ' ' + change.path);
  }
  if (!message.device.empty()) add(kDevice, clean_line(message.device));
  if (!trailers.empty()) text += '\n';
  return text + trailers;
}

CommitMessage parse_message(std::string_view message) {
  CommitMessage parsed;
  message = message.substr(0, kMaxMessageBytes);
  std::vector<std::string_view> lines = lines_of(message);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::size_t first = lines.size();
  while (first > 0 && starts_like_trailer(lines[first - 1])) --first;
  // Trailers are a paragraph of their own.
  if (first > 0 && !lines[first - 1].empty()) first = lines.size();
  for (std::size_t i = first; i < lines.size(); ++i) take_trailer(lines[i], parsed);
  for (std::size_t i = 0; i < first; ++i) parsed.text.append(lines[i]).push_back('\n');
  parsed.text = std::string(trimmed(parsed.text));
  return parsed;
}

}  // namespace qfcsync::history
