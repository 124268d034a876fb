#include "folder_config.hpp"

#include <qfcsync/error.hpp>

#include <array>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

namespace {

constexpr const char* kText =
    R"(# Versions of this folder: settings of `qfcsync`. Lines are "key = value".

# Where versions are kept: a folder (relative to this one), s3://bucket/prefix?endpoint=https://host
# or webdav+https://host/path. Never write a password here.
store = {}

# INI file with user and password of a WebDAV server, or as the AWS tools have it; empty: the
# variables QFCSYNC_WEBDAV_USER and QFCSYNC_WEBDAV_PASSWORD, or AWS_ACCESS_KEY_ID and so on.
credentials_file = {}
# Section of that file; empty: default.
profile = {}
# Certificates (PEM) to trust instead of the system's.
ca_file = {}

# Who makes the versions; empty: the user and the name of this computer.
author = {}
device = {}
)";

using Member = std::string FolderConfig::*;
constexpr std::array<std::pair<std::string_view, Member>, 6> kKeys = {{
    {"store", &FolderConfig::store},
    {"credentials_file", &FolderConfig::credentials_file},
    {"profile", &FolderConfig::profile},
    {"ca_file", &FolderConfig::ca_file},
    {"author", &FolderConfig::author},
    {"device", &FolderConfig::device},
}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

Member member_of(std::string_view key) {
  for (const auto& [name, member] : kKeys) {
    if (name == key) return member;
  }
  return nullptr;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string config_text(const FolderConfig& config) {
  return fmt::format(kText, config.store, config.credentials_file, config.profile, config.ca_file,
                     config.author, config.device);
}

FolderConfig read_config(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) qfcsync::throw_errno("cannot open " + file.string());
  FolderConfig config;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const std::size_t equal = text.find('=');
    const Member member =
        equal == std::string_view::npos ? nullptr : member_of(trimmed(text.substr(0, equal)));
    if (member == nullptr) {
      throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                           fmt::format("{}, line {}: write key = value, with one of the keys "
                                       "store, credentials_file, profile, ca_file, author, device",
                                       file.string(), number));
    }
    config.*member = trimmed(text.substr(equal + 1));
  }
  if (config.store.empty()) {
    throw qfcsync::Error(qfcsync::ErrorCode::InvalidArgument,
                         file.string() + " names no store: add store = ADDRESS");
  }
  return config;
}

std::string default_author(const FolderConfig& config) {
  std::string name = environment("QFCSYNC_AUTHOR");
  if (name.empty()) name = config.author;
  if (!name.empty()) return name;
  const passwd* user = getpwuid(getuid());
  if (user == nullptr) return "";
  name = user->pw_gecos == nullptr ? "" : user->pw_gecos;
  name = name.substr(0, name.find(','));
  return name.empty() ? user->pw_name : name;
}

std::string default_device(const FolderConfig& config) {
  const std::string name = environment("QFCSYNC_DEVICE");
  if (!name.empty()) return name;
  if (!config.device.empty()) return config.device;
  std::array<char, 256> host = {};
  return gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "";
}
