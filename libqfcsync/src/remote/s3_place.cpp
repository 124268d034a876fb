#include "remote/s3_place.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

constexpr std::size_t kMinBucketBytes = 3;
constexpr std::size_t kMaxBucketBytes = 63;
/// Keys have 1,024 bytes at most.
constexpr std::size_t kMaxPrefixBytes = 1024 - kMaxBlobNameBytes - 1;
constexpr std::size_t kMaxRegionBytes = 64;

bool is_letter(char c, std::string_view others) {
  const char lower = base::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

bool consists_of_letters(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c, others); });
}

bool is_prefix(std::string_view text) {
  if (text.size() > kMaxPrefixBytes || !consists_of_letters(text, "._-/")) return false;
  const std::string framed = "/" + std::string(text) + "/";
  return framed.find("//") == std::string::npos && framed.find("/.") == std::string::npos;
}

void check_s3_options(const S3Options& options) {
  const auto size = options.bucket.size();
  const bool is_bucket = size >= kMinBucketBytes && size <= kMaxBucketBytes &&
                         consists_of_letters(options.bucket, ".-_") && options.bucket[0] != '.';
  if (!is_bucket) throw Error(ErrorCode::InvalidArgument, "no name of a bucket");
  if (!options.prefix.empty() && !is_prefix(options.prefix)) {
    throw Error(ErrorCode::InvalidArgument,
                "the prefix in the bucket may have parts of a-z A-Z 0-9 . _ - between slashes");
  }
  const bool is_region = !options.region.empty() && options.region.size() <= kMaxRegionBytes &&
                         consists_of_letters(options.region, "-_");
  if (!is_region) throw Error(ErrorCode::InvalidArgument, "no name of a region");
}

}  // namespace

bool has_bucket_in_path(const S3Options& options) {
  // A dot in the bucket's name would be a further level of the host, which no certificate covers.
  const bool by_default =
      !options.endpoint.empty() || options.bucket.find('.') != std::string::npos;
  return options.has_bucket_in_path.value_or(by_default);
}

Url s3_server(const S3Options& options) {
  check_s3_options(options);
  Url server;
  if (options.endpoint.empty()) {
    server = parse_url(fmt::format("https://s3.{}.amazonaws.com", options.region), "region");
  } else {
    server = parse_url(options.endpoint, "endpoint");
  }
  if (!has_bucket_in_path(options)) server.host = options.bucket + "." + server.host;
  return server;
}

std::string describe_s3(const S3Options& options) {
  return fmt::format("s3://{}{}{} at {}", options.bucket, options.prefix.empty() ? "" : "/",
                     options.prefix, s3_server(options).host);
}

}  // namespace qfcsync::remote
