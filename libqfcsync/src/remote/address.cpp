#include "remote/address.hpp"

#include <qfcsync/error.hpp>

#include "base/text.hpp"
#include "remote/url.hpp"

#include <algorithm>

namespace qfcsync::remote {
namespace {

[[noreturn]] void refuse(const char* why) { throw Error(ErrorCode::InvalidArgument, why); }

std::string decode(std::string_view text) {
  auto decoded = base::percent_decode(text);
  if (!decoded) refuse("the address of the store has a broken escape");
  return std::move(*decoded);
}

void set_parameter(S3Options& options, std::string_view name, std::string value) {
  if (name == "endpoint") {
    if (value.find("://") == std::string::npos) value.insert(0, "https://");
    options.endpoint = std::move(value);
  } else if (name == "region") {
    options.region = std::move(value);
  } else if (name == "style" && (value == "path" || value == "host")) {
    options.has_bucket_in_path = value == "path";
  } else {
    refuse(
        "the address of a bucket takes endpoint=URL, region=NAME and style=path or host; "
        "credentials come from the environment or a file");
  }
}

/// What comes before a mark; the rest is what comes after it.
std::string_view cut(std::string_view& rest, char mark) {
  const std::string_view whole = rest;
  const std::size_t end = whole.find(mark);
  rest = end == std::string_view::npos ? std::string_view() : whole.substr(end + 1);
  return whole.substr(0, end);
}

S3Options parse_s3(std::string_view address) {
  S3Options options;
  std::string_view query = address;
  const std::string place(cut(query, '?'));
  if (place.find('@') != std::string::npos) {
    refuse("credentials do not belong into the address of a bucket");
  }
  std::string_view prefix = place;
  options.bucket = std::string(cut(prefix, '/'));
  options.prefix = decode(prefix);
  while (options.prefix.ends_with('/')) options.prefix.pop_back();
  while (!query.empty()) {
    std::string_view value = cut(query, '&');
    const std::string_view name = cut(value, '=');
    set_parameter(options, name, decode(value));
  }
  return options;
}

/// Takes a scheme off an address.
bool take(std::string_view& address, std::string_view scheme) {
  if (address.size() < scheme.size()) return false;
  if (base::lower_case(address.substr(0, scheme.size())) != scheme) return false;
  address.remove_prefix(scheme.size());
  return true;
}

bool has_scheme(std::string_view address) {
  const std::size_t end = address.find("://");
  return end != std::string_view::npos && end > 0 && address.find('/') > end;
}

}  // namespace

Address parse_address(std::string_view address) {
  if (address.empty()) refuse("the address of the store is empty");
  if (take(address, "s3://")) return parse_s3(address);
  if (take(address, "webdav+")) {
    WebdavOptions options;
    options.url = std::string(address);
    parse_url(options.url, "WebDAV address");
    return options;
  }
  if (take(address, "file://")) {
    if (!address.starts_with('/')) refuse("a file:// address needs a whole path: file:///path");
    return std::filesystem::path(decode(address));
  }
  if (has_scheme(address)) {
    refuse("a store is a folder, s3://, webdav+https:// or webdav+http://");
  }
  return std::filesystem::path(address);
}

}  // namespace qfcsync::remote

namespace qfcsync {
namespace {

struct Opener {
  const OpenBlobsOptions& options;

  std::unique_ptr<BlobStore> operator()(const std::filesystem::path& folder) const {
    return open_folder_blobs(folder);
  }
  std::unique_ptr<BlobStore> operator()(S3Options s3) const {
    s3.credentials_file = options.credentials_file;
    s3.profile = options.profile;
    s3.resume_folder = options.resume_folder;
    s3.network = options.network;
    return open_s3_blobs(s3);
  }
  std::unique_ptr<BlobStore> operator()(WebdavOptions webdav) const {
    webdav.credentials_file = options.credentials_file;
    webdav.profile = options.profile;
    webdav.resume_folder = options.resume_folder;
    webdav.network = options.network;
    return open_webdav_blobs(webdav);
  }
};

}  // namespace

std::unique_ptr<BlobStore> open_blobs(std::string_view address, const OpenBlobsOptions& options) {
  return std::visit(Opener{options}, remote::parse_address(address));
}

}  // namespace qfcsync
