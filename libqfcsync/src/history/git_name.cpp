#include "history/git_name.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace qfcsync::history {
namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = base::utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_ref_letter(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_letter || c == '.' || c == '_' || c == '+' || c == '-' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_ref_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && part.front() != '-' && part.back() != '.' &&
         part.find("..") == std::string_view::npos && !part.ends_with(".lock") &&
         std::ranges::all_of(part, is_ref_letter);
}

/// Git takes more names for ".git" than that one: those that file systems take for it. They begin
/// like it, or like its short form on Windows, or hold characters that HFS+ ignores.
bool is_like_git_folder(std::string_view part) {
  constexpr std::string_view kZeroWidthStart = "\xe2\x80";   // U+200C to U+206F
  constexpr std::string_view kZeroWidthStart2 = "\xe2\x81";  // among them those ignored
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string text;
  while (!part.empty()) {
    const bool is_ignored = part.starts_with(kZeroWidthStart) ||
                            part.starts_with(kZeroWidthStart2) || part.starts_with(kByteOrderMark);
    if (!is_ignored) text += base::to_lower(part.front());
    part.remove_prefix(is_ignored ? 3 : 1);
  }
  return text.starts_with(".git") || text.starts_with("git~");
}

bool is_path_part(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && !is_like_git_folder(part) &&
         std::ranges::none_of(part, is_control) && part.find('\\') == std::string_view::npos;
}

template <typename Check>
bool all_parts(std::string_view text, Check&& check) {
  for (;;) {
    const std::size_t end = text.find('/');
    if (!check(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string git_hex(const chunk::ObjectId& id) { return id.hex().substr(0, kGitHexDigits); }

chunk::ObjectId git_id_from_hex(std::string_view text) {
  if (text.size() != kGitHexDigits) {
    throw Error(ErrorCode::InvalidArgument, "a version is named by 40 hexadecimal digits");
  }
  const std::string padding(2 * (chunk::kIdBytes - kGitIdBytes), '0');
  return chunk::ObjectId::from_hex(std::string(text) + padding);
}

bool is_ref_name(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "refs/";
  return name.size() <= kMaxRefNameBytes && name.starts_with(kPrefix) && is_utf8(name) &&
         name.find('/', kPrefix.size()) != std::string_view::npos && all_parts(name, is_ref_part);
}

bool is_versioned_path(std::string_view path) noexcept {
  return path.size() <= kMaxPathBytes && is_utf8(path) && all_parts(path, is_path_part);
}

void check_versioned_path(std::string_view path) {
  if (is_versioned_path(path)) return;
  throw Error(ErrorCode::InvalidArgument,
              "'" + base::to_valid_utf8(path.substr(0, kMaxPathBytes)) +
                  "' cannot be versioned: use a relative path in UTF-8 with '/' between its parts, "
                  "without '.', '..', control characters and names that begin with .git");
}

}  // namespace qfcsync::history
