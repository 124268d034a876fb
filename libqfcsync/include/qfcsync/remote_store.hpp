#pragma once

#include <qfcsync/blob_store.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync {

/// How patient a store behind a network is.
///
/// A try that fails for a passing reason (no connection, a cut one, an answer 408, 409, 423, 425,
/// 429 or 5xx) is made again after a random time between nothing and first_delay, doubled for every
/// further try, at most max_delay.
struct NetworkOptions {
  int tries = 5;  ///< 1 and more; 1 means no second try
  std::chrono::milliseconds first_delay{200};
  std::chrono::milliseconds max_delay{10'000};
  std::chrono::milliseconds connect_timeout{10'000};
  /// A transfer that moves no byte for so long is given up.
  std::chrono::seconds stall_timeout{60};
  /// Certificates (PEM) of authorities to trust instead of the system's; empty for the system's.
  std::filesystem::path ca_file;
};

/// A name and what proves it. Never written to messages or logs.
struct Credentials {
  std::string user;      ///< S3: access key id
  std::string password;  ///< S3: secret access key
  std::string token;     ///< S3: session token of temporary credentials; may be empty
};

/// A bucket, or what lies below a prefix in it.
///
/// Credentials are the first of: credentials; credentials_file; the variables AWS_ACCESS_KEY_ID,
/// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
struct S3Options {
  std::string bucket;
  /// Parts between slashes, as in names of blobs but capitals are allowed; empty for the whole
  /// bucket.
  std::string prefix;
  /// "https://host[:port]", or "http://..." when that is meant. Empty: Amazon's for the region.
  std::string endpoint;
  std::string region = "us-east-1";
  /// Whether the bucket's name is the first part of the path instead of the host's. By default it
  /// is, except at Amazon's for names without dots.
  std::optional<bool> has_bucket_in_path;
  std::optional<Credentials> credentials;
  /// An INI file as the AWS tools have it, and the section of it.
  std::filesystem::path credentials_file;
  std::string profile = "default";
  /// A folder of this program where uploads in progress are noted, so that an upload cut by a dead
  /// network or process goes on at the part it had reached, and what was found out about the
  /// server, so that opening the store again within a day asks it for nothing. Empty: neither.
  std::filesystem::path resume_folder;
  NetworkOptions network;
};

/// A collection of a WebDAV server.
///
/// Credentials (HTTP Basic) are the first of: credentials; credentials_file; the variables
/// QFCSYNC_WEBDAV_USER and QFCSYNC_WEBDAV_PASSWORD; none.
struct WebdavOptions {
  /// "https://host[:port]/path", or "http://..." when that is meant. Missing collections of the
  /// path are made.
  std::string url;
  std::optional<Credentials> credentials;
  /// An INI file with the keys user and password, and the section of it.
  std::filesystem::path credentials_file;
  std::string profile = "default";
  /// A folder of this program for what was found out about the server, as S3Options has it.
  std::filesystem::path resume_folder;
  NetworkOptions network;
};

/// Opens a bucket as a store.
///
/// Blobs up to 16 MiB go in one request, larger ones in parts of 8 MiB, three at once; both with
/// If-None-Match, so that the server refuses to replace. Whether it does is probed once (see
/// storage-backends.md) and noted below tmp/. Uploads that nobody finished within 7 days are
/// removed by the next opener.
///
/// @errors InvalidArgument: the options; Denied: no or wrong credentials; NotFound: no such bucket;
///         Network, Timeout
std::unique_ptr<BlobStore> open_s3_blobs(const S3Options& options);

/// Opens a collection as a store.
///
/// Bytes are put to tmp/ and published by MOVE, in a way that the server was seen to be exclusive
/// in when racing creators were tried. Nextcloud gets large blobs in chunks.
///
/// @errors InvalidArgument: the options; Denied; Network, Timeout; Unsupported: no WebDAV there
std::unique_ptr<BlobStore> open_webdav_blobs(const WebdavOptions& options);

/// What an address cannot say.
struct OpenBlobsOptions {
  std::filesystem::path credentials_file;
  std::string profile = "default";
  std::filesystem::path resume_folder;
  NetworkOptions network;
};

/// Opens a store by its address:
///
///   a path, or file:///path                                      a folder
///   s3://bucket/prefix?endpoint=https://host&region=R&style=path  a bucket; all after ? may miss
///   webdav+https://host/path                                     a collection; webdav+http:// for
///                                                                servers without TLS
///
/// An address has no credentials: "user:password@" and unknown parameters are refused, and no part
/// of a refused address is repeated in the message.
///
/// @errors InvalidArgument: no such address; as the functions above and open_folder_blobs
std::unique_ptr<BlobStore> open_blobs(std::string_view address,
                                      const OpenBlobsOptions& options = {});

}  // namespace qfcsync
