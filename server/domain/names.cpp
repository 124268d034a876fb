#include "domain/names.hpp"

#include "domain/text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace qfcsync::server {
namespace {

using Reason = std::optional<std::string>;

constexpr std::array<std::string_view, 23> kReservedUsernames = {
    "user",         "users",     "project",      "projects",      "owner",   "push",
    "file",         "files",     "collaborator", "collaborators", "member",  "members",
    "organization", "qfield",    "qfieldcloud",  "history",       "version", "delta",
    "deltas",       "deltafile", "auth",         "qfield-files",  "esri",
};

// White space beyond ASCII, as Python's str.strip() knows it.
constexpr std::array<std::string_view, 19> kWideBlanks = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
};

constexpr bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }

bool begins_with_blank(std::string_view text) {
  return text.starts_with(' ') ||
         std::any_of(kWideBlanks.begin(), kWideBlanks.end(),
                     [&](std::string_view blank) { return text.starts_with(blank); });
}

bool ends_with_blank(std::string_view text) {
  return text.ends_with(' ') ||
         std::any_of(kWideBlanks.begin(), kWideBlanks.end(),
                     [&](std::string_view blank) { return text.ends_with(blank); });
}

/// Characters of a valid UTF-8 text: every byte but continuations begins one.
std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// Names that Windows gives to devices, whatever the folder.
bool is_device_name(std::string_view part) {
  const std::string lower = lower_case(part);
  if (lower == "con" || lower == "prn" || lower == "aux" || lower == "nul") return true;
  return lower.size() == 4 && (lower.starts_with("com") || lower.starts_with("lpt")) &&
         is_digit(lower[3]);
}

Reason invalid_file_name_part(std::string_view part) {
  static constexpr std::string_view kForbidden = "<>:\"\\|?*";
  if (part.empty()) return "a part of the path is empty";
  if (std::any_of(part.begin(), part.end(), is_control)) return "it contains a control character";
  if (const auto bad = part.find_first_of(kForbidden); bad != std::string_view::npos) {
    return fmt::format("it contains the character {}", part[bad]);
  }
  if (is_device_name(part)) return fmt::format("{} is the name of a device", part);
  if (part.ends_with('.')) return "a part of the path ends in a dot";
  if (ends_with_blank(part)) return "a part of the path ends in a blank";
  return std::nullopt;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::optional<std::string> invalid_username(std::string_view name) {
  if (name.size() < kMinUsernameLength) return "a username has at least 3 characters";
  if (name.size() > kMaxUsernameLength) return "a username has at most 150 characters";
  if (!std::all_of(name.begin(), name.end(), is_name_character)) {
    return "a username consists of the letters A to Z, digits, hyphens and underscores";
  }
  if (!is_letter(name.front())) return "a username begins with a letter";
  if (std::any_of(kReservedUsernames.begin(), kReservedUsernames.end(),
                  [&](std::string_view word) { return equals_ignoring_case(word, name); })) {
    return "this username is reserved";
  }
  return std::nullopt;
}

std::optional<std::string> invalid_team_name(std::string_view name) {
  if (name.empty()) return "a team has a name";
  if (name.size() > kMaxTeamNameLength) return "a team name has at most 150 characters";
  if (!std::all_of(name.begin(), name.end(), is_name_character)) {
    return "a team name consists of the letters A to Z, digits, hyphens and underscores";
  }
  return std::nullopt;
}

std::optional<std::string> invalid_project_name(std::string_view name) {
  if (name.empty()) return "a project has a name";
  if (name.size() > kMaxProjectNameLength) return "a project name has at most 255 characters";
  if (!std::all_of(name.begin(), name.end(),
                   [](char c) { return is_name_character(c) || c == '.'; })) {
    return "a project name consists of the letters A to Z, digits, hyphens, underscores and dots";
  }
  return std::nullopt;
}

std::optional<std::string> invalid_email(std::string_view email) {
  if (email.size() > kMaxEmailLength) return "an e-mail address has at most 254 characters";
  if (!is_valid_utf8(email)) return "an e-mail address is UTF-8";
  const auto at = email.rfind('@');
  const bool bad =
      at == std::string_view::npos || at == 0 || at + 1 == email.size() ||
      std::any_of(email.begin(), email.end(), [](char c) { return is_control(c) || c == ' '; });
  if (bad) return "this is no e-mail address";
  return std::nullopt;
}

std::optional<std::string> invalid_file_name(std::string_view path) {
  if (path.empty()) return "a file has a name";
  if (!is_valid_utf8(path)) return "the file name is no UTF-8";
  if (character_count(path) > kMaxFileNameLength) {
    return "a file name with its folders has at most 255 characters";
  }
  if (begins_with_blank(path)) return "the file name begins with a blank";
  while (true) {
    const auto slash = path.find('/');
    if (auto reason = invalid_file_name_part(path.substr(0, slash))) return reason;
    if (slash == std::string_view::npos) return std::nullopt;
    path.remove_prefix(slash + 1);
  }
}

bool is_qgis_file(std::string_view path) {
  const std::string_view name = base_name(path);
  if (name.size() <= 4) return false;  // an extension alone is a hidden file
  const std::string_view extension = name.substr(name.size() - 4);
  return equals_ignoring_case(extension, ".qgs") || equals_ignoring_case(extension, ".qgz");
}

bool is_restricted_file(std::string_view path, std::string_view current_qgis_file) {
  if (is_qgis_file(path)) return true;
  if (!is_qgis_file(current_qgis_file)) return false;
  std::string_view stem = base_name(current_qgis_file);
  stem.remove_suffix(4);
  std::string_view name = base_name(path);
  if (!name.starts_with(stem)) return false;
  name.remove_prefix(stem.size());
  return name == "_attachments.zip" || name == ".qgd" || name == ".qml";
}

bool is_attachment(std::string_view path, const std::vector<std::string>& attachment_dirs) {
  return std::any_of(attachment_dirs.begin(), attachment_dirs.end(),
                     [&](const std::string& dir) { return !dir.empty() && path.starts_with(dir); });
}

}  // namespace qfcsync::server
