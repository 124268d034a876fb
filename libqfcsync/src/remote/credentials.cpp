#include "remote/credentials.hpp"

#include <qfcsync/error.hpp>
#include <qfcsync/stream.hpp>

#include "base/text.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

constexpr std::size_t kMaxCredentialsBytes = 64u << 10;

/// What the three words are called in one place.
struct Keys {
  std::string_view user;
  std::string_view password;
  std::string_view token;
};
constexpr Keys kS3FileKeys{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"};
constexpr Keys kWebdavFileKeys{"user", "password", ""};
constexpr Keys kS3Variables{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};
constexpr Keys kWebdavVariables{"QFCSYNC_WEBDAV_USER", "QFCSYNC_WEBDAV_PASSWORD", ""};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string read_small_file(const std::filesystem::path& path) {
  FileSource file(path);
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = file.read(buffer.data(), buffer.size())) {
    text.append(buffer.data(), count);
    if (text.size() > kMaxCredentialsBytes) {
      throw Error(ErrorCode::InvalidArgument, path.string() + " is too long for credentials");
    }
  }
  return text;
}

std::optional<Credentials> from_file(const std::filesystem::path& path, std::string_view section,
                                     const Keys& keys) {
  if (path.empty()) return std::nullopt;
  auto values = parse_ini_section(read_small_file(path), section);
  Credentials found;
  found.user = values[std::string(keys.user)];
  found.password = values[std::string(keys.password)];
  if (!keys.token.empty()) found.token = values[std::string(keys.token)];
  if (found.user.empty() || found.password.empty()) {
    throw Error(ErrorCode::Denied, fmt::format("{} has no {} and {} in [{}]", path.string(),
                                               keys.user, keys.password, section));
  }
  return found;
}

std::string variable(std::string_view name) {
  const char* value = name.empty() ? nullptr : std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

std::optional<Credentials> from_environment(const Keys& keys) {
  Credentials found{variable(keys.user), variable(keys.password), variable(keys.token)};
  if (found.user.empty() || found.password.empty()) return std::nullopt;
  return found;
}

}  // namespace

std::map<std::string, std::string> parse_ini_section(std::string_view text,
                                                     std::string_view section) {
  std::map<std::string, std::string> values;
  bool is_inside = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[' && line.back() == ']') {
      is_inside = trimmed(line.substr(1, line.size() - 2)) == section;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      throw Error(
          ErrorCode::InvalidArgument,
          fmt::format("line {} of the credentials is neither [section] nor key = value", number));
    }
    if (!is_inside) continue;
    values[base::lower_case(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
  }
  return values;
}

Credentials s3_credentials(const S3Options& options) {
  if (options.credentials) return *options.credentials;
  auto found = from_file(options.credentials_file, options.profile, kS3FileKeys);
  if (!found) found = from_environment(kS3Variables);
  if (found) return *found;
  throw Error(ErrorCode::Denied,
              fmt::format("no credentials for the bucket {}: set {} and {}, or name a file",
                          options.bucket, kS3Variables.user, kS3Variables.password));
}

std::optional<Credentials> webdav_credentials(const WebdavOptions& options) {
  if (options.credentials) return options.credentials;
  auto found = from_file(options.credentials_file, options.profile, kWebdavFileKeys);
  return found ? found : from_environment(kWebdavVariables);
}

}  // namespace qfcsync::remote
