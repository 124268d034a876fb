#pragma once

#include <qfcsync/remote_store.hpp>

#include "remote/http_sender.hpp"
#include "remote/s3_answers.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// Whether a request may replace what is there.
enum class Replace : std::uint8_t { No, Yes };

/// The requests to a bucket, signed, with names of blobs made keys.
class S3Bucket {
 public:
  /// @errors InvalidArgument, Denied: no credentials
  explicit S3Bucket(const S3Options& options);

  std::optional<BlobInfo> stat(std::string_view name);
  HttpRequest get_request(std::string_view name) const;
  /// @param sha256  of the body, 32 raw bytes; the server checks it
  Answer put(std::string_view name, const HttpBody& body, std::string_view sha256, Replace replace);
  void remove(std::string_view name);

  struct Page {
    std::string_view prefix = {};
    std::string_view start_after = {};
    std::string_view continuation = {};
    bool has_folders = false;  ///< names are cut after the next slash
    std::size_t limit = 1000;
  };
  /// Keys come back as names of this store.
  S3ObjectPage list(const Page& page);

  std::string begin_upload(std::string_view name);
  Answer put_part(std::string_view name, std::string_view upload, int number, const HttpBody& body,
                  std::string_view sha256);
  /// Nothing if there is no such upload.
  std::optional<std::vector<S3Part>> list_parts(std::string_view name, std::string_view upload);
  Answer complete_upload(std::string_view name, std::string_view upload,
                         const std::vector<S3Part>& parts, Replace replace);
  void abort_upload(std::string_view name, std::string_view upload);
  /// Uploads of this store, at most 1,000; keys are names.
  std::vector<S3UploadInProgress> list_uploads();

  HttpSender& sender() { return sender_; }
  /// Says what an answer that cannot be used means; the code comes from its body.
  [[noreturn]] void refuse(const HttpResponse& answer, std::string_view about) const;
  /// Names the place of a blob, for notes about it.
  std::string key_of(std::string_view name) const { return prefix_ + std::string(name); }

 private:
  HttpRequest request(std::string method, std::string_view name, Query query = {}) const;
  HttpRequest bucket_request(Query query) const;
  Answer send(const HttpRequest& request);
  Headers authorize(const HttpRequest& request) const;
  bool set_clock_by(const HttpResponse& answer);

  Url server_;
  Credentials credentials_;
  std::string region_;
  std::string bucket_path_;                    ///< "/bucket", or "" when the host names it
  std::string prefix_;                         ///< "" or ends with a slash
  std::atomic<std::int64_t> clock_offset_{0};  ///< the server's clock minus ours, seconds
  HttpSender sender_;
};

}  // namespace qfcsync::remote
