#pragma once

#include "remote/http_date.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What S3 answers in XML. All throw Corrupt for anything else.
namespace qfcsync::remote {

struct S3Object {
  std::string key;
  std::uint64_t size = 0;
  Time modified;
};

struct S3ObjectPage {
  std::vector<S3Object> objects;
  std::vector<std::string> folders;  ///< common prefixes, with their slash
  bool is_truncated = false;
  std::string next;  ///< the token that continues it
};
S3ObjectPage parse_object_page(std::string_view xml);

struct S3UploadInProgress {
  std::string key;
  std::string id;
  Time initiated;
};
std::vector<S3UploadInProgress> parse_uploads(std::string_view xml);

struct S3Part {
  int number = 0;
  std::uint64_t size = 0;
  std::string etag;    ///< with its quotes
  std::string sha256;  ///< base64; empty where the server does not tell
};
struct S3PartPage {
  std::vector<S3Part> parts;
  bool is_truncated = false;
};
S3PartPage parse_parts(std::string_view xml);

/// The id of an upload that was begun.
std::string parse_upload_id(std::string_view xml);

/// Completion is answered with 200 before it is done, so that the answer may still be an error.
///
/// @return the error's code, or "" if the blob is complete
std::string parse_completion(std::string_view xml);

/// The code of an answer that says no; "" if there is none, whatever the text is. Does not throw.
std::string error_code_of(std::string_view xml) noexcept;

}  // namespace qfcsync::remote
