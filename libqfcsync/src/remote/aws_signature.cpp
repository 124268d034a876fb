#include "remote/aws_signature.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace qfcsync::remote {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
/// SHA-256 of nothing.
constexpr std::string_view kEmptyPayload =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  if (::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, text.size(),
             bytes.data(), &size) == nullptr) {
    throw Error(ErrorCode::Internal, "OpenSSL makes no HMAC", ErrorOrigin::Crypto);
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), size);
}

std::string to_hex(std::string_view bytes) {
  return base::to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

/// "20130524T000000Z", in UTC.
std::string format_time(std::time_t time) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Headers as they are signed: names in lower case and in order.
Headers canonical_headers(const Headers& headers) {
  Headers canonical;
  for (const auto& [name, value] : headers) {
    canonical.emplace_back(base::lower_case(name), std::string(trimmed(value)));
  }
  std::sort(canonical.begin(), canonical.end());
  return canonical;
}

std::string signed_names(const Headers& canonical) {
  std::string names;
  for (const auto& header : canonical) {
    if (!names.empty()) names += ';';
    names += header.first;
  }
  return names;
}

std::string canonical_request(const HttpRequest& request, const Headers& canonical,
                              std::string_view payload_hash) {
  std::string lines;
  for (const auto& [name, value] : canonical) lines += fmt::format("{}:{}\n", name, value);
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method,
                     request.path.empty() ? "/" : request.path, request.query, lines,
                     signed_names(canonical), payload_hash);
}

std::string signing_key(const Credentials& credentials, std::string_view day,
                        const SigningScope& scope) {
  const std::string of_day = hmac("AWS4" + credentials.password, day);
  return hmac(hmac(hmac(of_day, scope.region), scope.service), "aws4_request");
}

}  // namespace

Headers sign_request(const HttpRequest& request, std::string_view host,
                     const Credentials& credentials, const SigningScope& scope) {
  const std::string time = format_time(scope.time);
  const std::string_view day = std::string_view(time).substr(0, 8);
  Headers added{{"x-amz-date", time}};
  const auto given = std::find_if(request.headers.begin(), request.headers.end(),
                                  [](const auto& it) { return it.first == kPayloadHashHeader; });
  const bool is_given = given != request.headers.end();
  const std::string payload_hash = is_given ? given->second : std::string(kEmptyPayload);
  if (!is_given) added.emplace_back(kPayloadHashHeader, payload_hash);
  if (!credentials.token.empty()) added.emplace_back("x-amz-security-token", credentials.token);

  Headers all = request.headers;
  all.emplace_back("host", std::string(host));
  all.insert(all.end(), added.begin(), added.end());
  const Headers canonical = canonical_headers(all);
  const std::string place = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, place,
                  base::sha256_hex(canonical_request(request, canonical, payload_hash)));
  added.emplace_back("authorization",
                     fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm,
                                 credentials.user, place, signed_names(canonical),
                                 to_hex(hmac(signing_key(credentials, day, scope), to_sign))));
  return added;
}

}  // namespace qfcsync::remote
