#include "remote/s3_bucket.hpp"

#include <qfcsync/error.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "remote/aws_signature.hpp"
#include "remote/base64.hpp"
#include "remote/credentials.hpp"
#include "remote/http_date.hpp"
#include "remote/s3_place.hpp"

#include <charconv>
#include <cstdlib>
#include <ctime>
#include <span>

#include <fmt/format.h>

namespace qfcsync::remote {
namespace {

/// Below that no server minds.
constexpr std::int64_t kMaxClockErrorSeconds = 240;
constexpr std::string_view kChecksum = "x-amz-checksum-sha256";

std::string hex_of(std::string_view digest) {
  return base::to_hex(
      std::span(reinterpret_cast<const std::uint8_t*>(digest.data()), digest.size()));
}

std::uint64_t length_in(const Answer& answer) {
  const std::string_view text = answer.header("content-length");
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error == std::errc{} && end == text.data() + text.size()) return size;
  throw Error(ErrorCode::Network, "the server does not tell the size of a blob");
}

std::string completion_body(const std::vector<S3Part>& parts) {
  std::string xml = "<CompleteMultipartUpload>";
  for (const auto& part : parts) {
    xml += fmt::format(
        "<Part><PartNumber>{}</PartNumber><ETag>{}</ETag>"
        "<ChecksumSHA256>{}</ChecksumSHA256></Part>",
        part.number, part.etag, part.sha256);
  }
  return xml + "</CompleteMultipartUpload>";
}

/// Names of this store instead of keys of the bucket.
void cut_prefix(std::string& key, std::string_view prefix) {
  if (!key.starts_with(prefix)) {
    throw Error(ErrorCode::Corrupt, "the server lists what was not asked for");
  }
  key.erase(0, prefix.size());
}

}  // namespace

S3Bucket::S3Bucket(const S3Options& options)
    : server_(s3_server(options)),
      credentials_(s3_credentials(options)),
      region_(options.region),
      sender_(server_, options.network, describe_s3(options),
              [this](const HttpRequest& made) { return authorize(made); }) {
  bucket_path_ = base::percent_decode_leniently(server_.path);
  if (has_bucket_in_path(options)) bucket_path_ += "/" + options.bucket;
  prefix_ = options.prefix.empty() ? "" : options.prefix + "/";
}

HttpRequest S3Bucket::request(std::string method, std::string_view name, Query query) const {
  HttpRequest made;
  made.method = std::move(method);
  made.path = encode_path(bucket_path_ + "/" + key_of(name));
  made.query = format_query(std::move(query));
  return made;
}

HttpRequest S3Bucket::bucket_request(Query query) const {
  HttpRequest made;
  made.method = "GET";
  made.path = encode_path(bucket_path_.empty() ? "/" : bucket_path_);
  made.query = format_query(std::move(query));
  return made;
}

Headers S3Bucket::authorize(const HttpRequest& made) const {
  SigningScope scope;
  scope.region = region_;
  scope.time = std::time(nullptr) + clock_offset_.load();
  return sign_request(made, server_.host, credentials_, scope);
}

/// Devices in the field have wrong clocks, and a signature is good for a quarter of an hour.
bool S3Bucket::set_clock_by(const HttpResponse& answer) {
  const auto time = parse_http_date(answer.header("date"));
  if (!time) return false;
  const std::int64_t offset = std::chrono::system_clock::to_time_t(*time) - std::time(nullptr);
  if (std::abs(offset - clock_offset_.load()) < kMaxClockErrorSeconds) return false;
  clock_offset_ = offset;
  return true;
}

Answer S3Bucket::send(const HttpRequest& made) {
  Answer answer = sender_.send(made);
  const bool has_wrong_clock = answer.status == 403 && set_clock_by(answer);
  return has_wrong_clock ? sender_.send(made) : answer;
}

void S3Bucket::refuse(const HttpResponse& answer, std::string_view about) const {
  sender_.refuse(answer, about, error_code_of(answer.body));
}

std::optional<BlobInfo> S3Bucket::stat(std::string_view name) {
  const Answer answer = send(request("HEAD", name));
  if (answer.status == 404) return std::nullopt;
  if (answer.status != 200) refuse(answer, fmt::format("cannot look at {}", name));
  return BlobInfo{std::string(name), length_in(answer),
                  parse_http_date(answer.header("last-modified")).value_or(Time{})};
}

HttpRequest S3Bucket::get_request(std::string_view name) const { return request("GET", name); }

Answer S3Bucket::put(std::string_view name, const HttpBody& body, std::string_view sha256,
                     Replace replace) {
  HttpRequest made = request("PUT", name);
  made.body = body;
  made.headers = {{std::string(kPayloadHashHeader), hex_of(sha256)},
                  {std::string(kChecksum), to_base64(sha256)},
                  {"content-type", "application/octet-stream"}};
  if (replace == Replace::No) made.headers.emplace_back("if-none-match", "*");
  return send(made);
}

void S3Bucket::remove(std::string_view name) {
  const Answer answer = send(request("DELETE", name));
  if (answer.is_success() || answer.status == 404) return;
  refuse(answer, fmt::format("cannot remove {}", name));
}

S3ObjectPage S3Bucket::list(const Page& page) {
  Query query{{"list-type", "2"}, {"max-keys", std::to_string(page.limit)}};
  const std::string prefix = prefix_ + std::string(page.prefix);
  if (!prefix.empty()) query.emplace_back("prefix", prefix);
  if (!page.start_after.empty()) query.emplace_back("start-after", key_of(page.start_after));
  if (!page.continuation.empty()) query.emplace_back("continuation-token", page.continuation);
  if (page.has_folders) query.emplace_back("delimiter", "/");
  const Answer answer = send(bucket_request(std::move(query)));
  if (answer.status != 200) refuse(answer, "cannot list");
  S3ObjectPage found = parse_object_page(answer.body);
  for (auto& object : found.objects) cut_prefix(object.key, prefix_);
  for (auto& folder : found.folders) cut_prefix(folder, prefix_);
  return found;
}

std::string S3Bucket::begin_upload(std::string_view name) {
  HttpRequest made = request("POST", name, {{"uploads", ""}});
  made.headers = {{"x-amz-checksum-algorithm", "SHA256"},
                  {"content-type", "application/octet-stream"}};
  const Answer answer = send(made);
  if (answer.status != 200) refuse(answer, fmt::format("cannot begin to upload {}", name));
  return parse_upload_id(answer.body);
}

Answer S3Bucket::put_part(std::string_view name, std::string_view upload, int number,
                          const HttpBody& body, std::string_view sha256) {
  HttpRequest made = request(
      "PUT", name, {{"partNumber", std::to_string(number)}, {"uploadId", std::string(upload)}});
  made.body = body;
  made.headers = {{std::string(kPayloadHashHeader), hex_of(sha256)},
                  {std::string(kChecksum), to_base64(sha256)}};
  return send(made);
}

std::optional<std::vector<S3Part>> S3Bucket::list_parts(std::string_view name,
                                                        std::string_view upload) {
  std::vector<S3Part> parts;
  for (;;) {
    Query query{{"uploadId", std::string(upload)}};
    if (!parts.empty()) {
      query.emplace_back("part-number-marker", std::to_string(parts.back().number));
    }
    const Answer answer = send(request("GET", name, std::move(query)));
    if (answer.status == 404) return std::nullopt;
    if (answer.status != 200) refuse(answer, fmt::format("cannot list the parts of {}", name));
    const S3PartPage page = parse_parts(answer.body);
    parts.insert(parts.end(), page.parts.begin(), page.parts.end());
    if (!page.is_truncated || page.parts.empty()) return parts;
  }
}

Answer S3Bucket::complete_upload(std::string_view name, std::string_view upload,
                                 const std::vector<S3Part>& parts, Replace replace) {
  const std::string body = completion_body(parts);
  HttpRequest made = request("POST", name, {{"uploadId", std::string(upload)}});
  made.body = HttpBody(body);
  made.headers = {{std::string(kPayloadHashHeader), base::sha256_hex(body)},
                  {"content-type", "application/xml"}};
  if (replace == Replace::No) made.headers.emplace_back("if-none-match", "*");
  return send(made);
}

void S3Bucket::abort_upload(std::string_view name, std::string_view upload) {
  const Answer answer = send(request("DELETE", name, {{"uploadId", std::string(upload)}}));
  if (answer.is_success() || answer.status == 404) return;
  refuse(answer, fmt::format("cannot give up the upload of {}", name));
}

std::vector<S3UploadInProgress> S3Bucket::list_uploads() {
  Query query{{"uploads", ""}};
  if (!prefix_.empty()) query.emplace_back("prefix", prefix_);
  const Answer answer = send(bucket_request(std::move(query)));
  if (answer.status != 200) refuse(answer, "cannot list uploads");
  auto uploads = parse_uploads(answer.body);
  for (auto& upload : uploads) cut_prefix(upload.key, prefix_);
  return uploads;
}

}  // namespace qfcsync::remote
